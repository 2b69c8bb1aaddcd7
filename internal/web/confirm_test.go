package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"congvu/internal/auth"
	"congvu/internal/store"
)

// Before what binds the office the page asks for the password once, says until when it is not asked again, and keeps what was typed when it
// was wrong; who may not act is told so and not asked (S10).
func TestThePasswordIsAskedBeforeWhatBindsTheOffice(t *testing.T) {
	h := newHouse(t)
	way, next := h.awaiting("kiểm tra việc xác nhận", h.sector), h.awaiting("kiểm tra việc xác nhận, lần hai", h.sector)
	head := h.as("chutich")
	head.act(way+"/sign", url.Values{"consent": {"yes"}, "password": {password}})
	_, page := head.get(next + "/sign")
	if strings.Contains(page, `type="password"`) || !strings.Contains(text(page), "đến 09:10 23/11/2026 không cần nhập lại") {
		t.Fatalf("confirmed a moment ago: %s", text(page))
	}
	h.clock.Step(10 * time.Minute) // the form was open for long
	form := hiddenOf(page)
	form["consent"] = []string{"yes"}
	status, page := head.post(next+"/sign", form)
	if status != 422 || !strings.Contains(page, `type="password"`) || !regexp.MustCompile(`name="consent"[^>]*checked`).MatchString(page) {
		t.Fatalf("the confirmation has run out: %d %s", status, page)
	}
	head.act(next+"/sign", url.Values{"consent": {"yes"}, "password": {password}})
	clerk := h.as("vanthu")
	_, page = clerk.get(way + "/release")
	if !strings.Contains(page, `type="password"`) {
		t.Fatalf("the form does not ask: %s", text(page))
	}
	status, page = clerk.post(way+"/release", hiddenOf(page))
	if status != 422 || !strings.Contains(text(page), "Hãy nhập mật khẩu của ông/bà để xác nhận lại.") {
		t.Fatalf("without password: %d %s", status, text(page))
	}
	for i := range 7 { // slowed down after five, and still on the form
		status, page = clerk.post(way+"/release", url.Values{"password": {"không phải mật khẩu này"}})
		want := "Mật khẩu không đúng."
		if i > 4 {
			want = "Đã thử sai nhiều lần."
		}
		if status != 422 || !strings.Contains(text(page), want) || !strings.Contains(page, `type="password"`) {
			t.Fatalf("wrong password %d: %d %s", i, status, text(page))
		}
	}
	if status, page = h.as("truongphong").post(way+"/release", url.Values{"password": {password}}); status != 403 && status != 409 {
		t.Errorf("who may not release: %d %s", status, text(page))
	}
	h.as("vanthu").act(way+"/release", url.Values{"password": {password}}) // the door of another session is not slowed
}

// Where the operator asks for it, every act is confirmed anew.
func TestThePasswordMayBeAskedEveryTime(t *testing.T) {
	h := newHouse(t)
	h.write(store.Actor{Via: store.ViaCLI}, func(tx *store.Tx) error { return auth.SetConfirmMinutes(bg, tx, 0) })
	head := h.as("chutich")
	for _, subject := range []string{"hỏi lần đầu", "hỏi lần nữa"} {
		way := h.awaiting(subject, h.sector)
		if _, page := head.get(way + "/sign"); !strings.Contains(page, `type="password"`) {
			t.Fatalf("%s: the form does not ask", subject)
		}
		form := url.Values{"consent": {"yes"}}
		_, page := head.get(way + "/sign")
		form["sha"] = []string{hiddenOf(page).Get("sha")}
		if status, page := head.post(way+"/sign", form); status != 422 {
			t.Fatalf("%s: signed without a password: %d %s", subject, status, text(page))
		}
		head.act(way+"/sign", url.Values{"consent": {"yes"}, "password": {password}})
	}
}
