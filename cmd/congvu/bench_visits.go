package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"congvu/internal/calendar"
)

// visit is one thing that a person does and waits for: a page he opens, or a form he sends with the page that follows.
type visit struct {
	act *act
	do  func(ctx context.Context, p *person) (next *visit, err error)
}

// act names a kind of visit; its figures are kept under the name.
type act struct {
	key, label string
	writes     bool // a second is allowed, not 300 ms
}

var (
	actHome     = &act{"home", "Trang Việc của tôi", false}
	actInbox    = &act{"inbox", "Danh sách văn bản đến", false}
	actOpen     = &act{"open", "Mở một văn bản", false}
	actOutgoing = &act{"outgoing", "Danh sách văn bản đi", false}
	actSearch   = &act{"search", "Tìm trong cơ quan", false}
	actDownload = &act{"download", "Tải tệp", false}
	actQueue    = &act{"queue", "Hàng chờ (tiếp nhận, chỉ đạo, ký)", false}
	actForm     = &act{"form", "Mở biểu mẫu", false}
	actRefresh  = &act{"refresh", "Trang tự cập nhật", false}
	actSignIn   = &act{"sign_in", "Đăng nhập", true}
	actEnter    = &act{"enter", "Nhập văn bản giấy", true}
	actRegister = &act{"register", "Vào sổ, trình lãnh đạo", true}
	actDirect   = &act{"direct", "Cho ý kiến chỉ đạo", true}
	actForward  = &act{"forward", "Chuyển tiếp", true}
	actComplete = &act{"complete", "Hoàn thành phần việc", true}
	actDraft    = &act{"draft", "Soạn và trình bày dự thảo", true}
	actSubmit   = &act{"submit", "Trình dự thảo", true}
	actApprove  = &act{"approve", "Duyệt dự thảo", true}
	actSign     = &act{"sign", "Ký số", true}
	actIssue    = &act{"issue", "Cấp số, đóng dấu, phát hành", true}
)

// acts are all of them in the order of tables.
var acts = []*act{actHome, actInbox, actOpen, actOutgoing, actSearch, actDownload, actQueue, actForm, actRefresh, actSignIn, actEnter, actRegister, actDirect, actForward, actComplete, actDraft,
	actSubmit, actApprove, actSign, actIssue}

// morning is how often a person of a duty turns to each thing when no page before him asks for the next step, out of a thousand.
var morning = map[duty][]struct {
	share int
	start func() *visit
}{
	dutySpecialist: {{190, home}, {230, inbox}, {270, open}, {80, outgoing}, {90, searching}, {80, download}, {45, drafting}, {15, signInAnew}},
	dutyUnitHead:   {{190, home}, {220, inbox}, {250, open}, {70, outgoing}, {70, searching}, {60, download}, {125, reviewing}, {15, signInAnew}},
	dutyLeader:     {{150, home}, {120, inbox}, {150, open}, {50, outgoing}, {50, searching}, {60, download}, {180, directing}, {110, reviewing}, {115, signing}, {15, signInAnew}},
	dutyClerk:      {{120, home}, {170, inbox}, {150, open}, {80, outgoing}, {100, searching}, {60, download}, {200, arrivals}, {105, releasing}, {15, signInAnew}},
}

// choose is what a person does now.
func (p *person) choose() *visit {
	if next := p.next; next != nil {
		p.next = nil
		return next
	}
	at := p.chance.IntN(1000)
	for _, m := range morning[p.duty] {
		if at -= m.share; at < 0 {
			return p.within(m.start())
		}
	}
	return home()
}

// within puts the list before what is chosen from it.
func (p *person) within(v *visit) *visit {
	if v.act == actDownload && len(p.files) == 0 {
		v = open()
	}
	if v.act == actOpen && len(p.in)+len(p.out) == 0 {
		v = inbox()
	}
	return v
}

// see opens a page that must say a word.
func (p *person) see(ctx context.Context, path, word string) (*answered, error) {
	a, err := p.get(ctx, path)
	if err == nil && !bytes.Contains(a.body, []byte(word)) {
		err = fmt.Errorf("trang %s không có chữ «%s»", pathShape(path), word)
	}
	return a, err
}

// press sends a form whose answer must say a word.
func (p *person) press(ctx context.Context, f *pageForm, word string) (*answered, error) {
	a, err := p.send(ctx, f)
	if err == nil && !bytes.Contains(a.body, []byte(word)) {
		err = fmt.Errorf("POST %s: trang sau đó không có chữ «%s»", pathShape(f.action), word)
	}
	return a, err
}

var (
	rowLinks  = regexp.MustCompile(`[?&](?:amp;)?open=(\d+)`)
	inLinks   = regexp.MustCompile(`/incoming/(\d+)"`)
	fileLinks = regexp.MustCompile(`/files/(\d+)`)
	lineActs  = regexp.MustCompile(`/incoming/\d+/lines/\d+/(?:forward|complete)`)
	deskActs  = regexp.MustCompile(`/outgoing/(\d+)/(?:sign|release)"`)
)

// remember keeps the addresses of a list or page, the newest twenty of each kind.
func remember(into *[]string, page []byte, links *regexp.Regexp) {
	var found []string
	for _, m := range links.FindAllSubmatch(page, 20) {
		found = append(found, string(m[1]))
	}
	if len(found) > 0 {
		*into = found
	}
}

func (p *person) any(of []string) string { return of[p.chance.IntN(len(of))] }

// claim takes a document in hand; false when somebody else of the same agency has it.
func (p *person) claim(what, id string) bool {
	_, taken := p.town.claimed.LoadOrStore(what+id, true)
	return !taken
}

func home() *visit {
	return &visit{actHome, func(ctx context.Context, p *person) (*visit, error) {
		a, err := p.see(ctx, "/", "Việc của tôi")
		if err != nil {
			return nil, err
		}
		p.here = "/"
		remember(&p.in, a.body, inLinks)
		return nil, nil
	}}
}

func inbox() *visit {
	return &visit{actInbox, func(ctx context.Context, p *person) (*visit, error) {
		path := "/incoming"
		if p.chance.IntN(2) == 0 {
			path = "/incoming?tab=all"
		}
		a, err := p.see(ctx, path, "Văn bản đến")
		if err != nil {
			return nil, err
		}
		p.here = path
		remember(&p.in, a.body, rowLinks)
		return nil, nil
	}}
}

func outgoing() *visit {
	return &visit{actOutgoing, func(ctx context.Context, p *person) (*visit, error) {
		a, err := p.see(ctx, "/outgoing?tab=all", "Văn bản đi")
		if err != nil {
			return nil, err
		}
		p.here = "/outgoing?tab=all"
		remember(&p.out, a.body, rowLinks)
		return nil, nil
	}}
}

// open reads a document of the list; what its page offers may be the next step.
func open() *visit {
	return &visit{actOpen, func(ctx context.Context, p *person) (*visit, error) {
		var path string
		switch {
		case len(p.out) > 0 && (len(p.in) == 0 || p.chance.IntN(4) == 0):
			path = "/outgoing/" + p.any(p.out)
		case len(p.in) > 0:
			path = "/incoming/" + p.any(p.in)
		default: // nothing is there
			return nil, nil
		}
		word := "Cơ quan ban hành"
		if strings.HasPrefix(path, "/outgoing") {
			word = "Người soạn thảo"
		}
		a, err := p.see(ctx, path, word)
		var r *refused
		if errors.As(err, &r) && r.status == 404 { // it was taken back meanwhile: forgotten, not a failure
			p.in, p.out = nil, nil
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		p.here = path
		remember(&p.files, a.body, fileLinks)
		if step := lineActs.Find(a.body); step != nil && p.chance.IntN(3) == 0 && p.claim("line", string(step)) {
			return handling(string(step), a.body), nil
		}
		return nil, nil
	}}
}

// handling goes on with the part of the work that a person holds: a head of unit passes it to somebody whom the page does not name yet, a specialist completes it.
func handling(path string, page []byte) *visit {
	return &visit{actForm, func(ctx context.Context, p *person) (*visit, error) {
		f, err := p.form(ctx, path)
		if err != nil || f == nil {
			return nil, err
		}
		if strings.HasSuffix(path, "/complete") {
			f.values.Set("result", "Đã xử lý xong, lưu hồ sơ công việc.")
			return sending(actComplete, f, "Đã hoàn thành", nil), nil
		}
		for _, mate := range p.town.mates[p.agency] {
			if mate.login != p.login && mate.unit == p.unit && mate.duty == dutySpecialist && !bytes.Contains(page, []byte(mate.name)) {
				f.values.Set("coordinators", fmt.Sprintf("p%d", mate.holding)) // the lead stays where it is
				return sending(actForward, f, "Đã chuyển tiếp", nil), nil
			}
		}
		return nil, nil
	}}
}

// form opens the form of an act; nil without an error when the page says that somebody was faster, which is an answer and not a failure.
func (p *person) form(ctx context.Context, path string) (*pageForm, error) {
	a, err := p.get(ctx, path)
	var r *refused
	if errors.As(err, &r) && (r.status == 409 || r.status == 404) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return formOf(a.body, "act", path)
}

// sending sends a filled form after the time it takes to fill it.
func sending(what *act, f *pageForm, word string, next func(p *person, a *answered) *visit) *visit {
	return &visit{what, func(ctx context.Context, p *person) (*visit, error) {
		a, err := p.press(ctx, f, word)
		if err != nil || next == nil {
			return nil, err
		}
		return next(p, a), nil
	}}
}

// commonWords are parts of what the city writes about.
var commonWords = []string{"kế hoạch", "báo cáo", "văn thư", "lưu trữ", "chuyển đổi số", "đất đai", "ngân sách", "cải cách hành chính", "giải phóng mặt bằng", "phòng cháy", "y tế", "giao thông",
	"môi trường", "giáo dục", "thanh tra", "hội nghị", "đầu tư công", "tiếp công dân", "quý I", "năm 2026", "phối hợp", "kiểm tra", "triển khai", "đề nghị"}

func searching() *visit {
	return &visit{actSearch, func(ctx context.Context, p *person) (*visit, error) {
		words := p.any(commonWords)
		if p.chance.IntN(2) == 0 {
			words += " " + p.any(commonWords)
		}
		a, err := p.see(ctx, "/search?q="+url.QueryEscape(words), "Tìm kiếm")
		if err != nil {
			return nil, err
		}
		p.here = ""
		remember(&p.in, a.body, inLinks)
		return nil, nil
	}}
}

// download reads a file to its end.
func download() *visit {
	return &visit{actDownload, func(ctx context.Context, p *person) (*visit, error) {
		if len(p.files) == 0 {
			return nil, nil
		}
		a, err := p.get(ctx, "/files/"+p.any(p.files))
		var r *refused
		if errors.As(err, &r) && r.status == 404 {
			p.files = nil
			return nil, nil
		}
		if err == nil && (a.size == 0 || strings.HasPrefix(a.media, "text/html")) {
			err = errors.New("GET /files/N: không có nội dung")
		}
		return nil, err
	}}
}

func signInAnew() *visit {
	return &visit{actSignIn, func(ctx context.Context, p *person) (*visit, error) {
		f := &pageForm{action: "/sign-in", values: url.Values{"login": {p.login}, "password": {p.town.password}, "return": {"/"}}}
		_, err := p.press(ctx, f, "Việc của tôi")
		p.here = "/"
		return nil, err
	}}
}

// arrivals is the registry's work: what waits is registered and laid before a leader; when nothing waits, a paper document is entered.
func arrivals() *visit {
	return &visit{actQueue, func(ctx context.Context, p *person) (*visit, error) {
		a, err := p.see(ctx, "/arrivals", "chờ tiếp nhận")
		if err != nil {
			return nil, err
		}
		p.here = "/arrivals"
		for _, m := range rowLinks.FindAllSubmatch(a.body, 50) {
			if id := string(m[1]); p.claim("in", id) {
				return registering("/incoming/" + id + "/register"), nil
			}
		}
		return entering(), nil
	}}
}

func entering() *visit {
	return &visit{actForm, func(ctx context.Context, p *person) (*visit, error) {
		f, err := p.form(ctx, "/incoming/new")
		if err != nil || f == nil {
			return nil, err
		}
		n := p.town.numbers.Add(1)
		f.values.Set("sender_name", "Công ty Cổ phần Môi trường đô thị")
		f.values.Set("number", fmt.Sprint(time.Now().UnixNano()/1000%1e9+n))
		f.values.Set("notation", "CV-MTĐT")
		f.values.Set("issued_date", calendar.DateOf(time.Now()).Display())
		f.values.Set("subject", fmt.Sprintf("%s, %s (lần %d)", p.any(commonWords), p.any(commonWords), n))
		f.file, f.fileName = scanOf(n), "Công văn đến.pdf"
		return sending(actEnter, f, "Đã lưu văn bản đến", func(p *person, a *answered) *visit {
			id := pathID(a.path)
			if id == "" || !p.claim("in", id) {
				return nil
			}
			return registering("/incoming/" + id + "/register")
		}), nil
	}}
}

func registering(path string) *visit {
	return &visit{actForm, func(ctx context.Context, p *person) (*visit, error) {
		f, err := p.form(ctx, path)
		if err != nil || f == nil {
			return nil, err
		}
		if f.fields["twin"] {
			f.values.Set("twin", "register_anyway")
		}
		if f.fields["verdict_reason"] {
			f.values.Set("verdict_reason", "Đã đối chiếu với bản giấy của nơi gửi.")
		}
		return sending(actRegister, f, "Đã vào sổ", nil), nil
	}}
}

// directing is a leader's desk: who leads, then the next.
func directing() *visit {
	return &visit{actQueue, func(ctx context.Context, p *person) (*visit, error) {
		a, err := p.see(ctx, "/desk", "Bàn lãnh đạo")
		if err != nil {
			return nil, err
		}
		p.here = "/desk"
		f, err := formOf(a.body, "act", "/desk")
		if err != nil || !p.claim("direct", f.action) {
			return nil, nil // nothing waits
		}
		if f.values.Get("quick") == "" {
			f.values.Set("quick", f.first("quick", ""))
		}
		f.values.Set("days", "5")
		f.values.Set("act", "direct")
		return sending(actDirect, f, "Đã chuyển văn bản", nil), nil
	}}
}

// drafting writes a letter to a few agencies, which the program lays out, and submits it.
func drafting() *visit {
	return &visit{actForm, func(ctx context.Context, p *person) (*visit, error) {
		f, err := p.form(ctx, "/outgoing/new?type=CONG_VAN")
		if err != nil || f == nil {
			return nil, err
		}
		n := p.town.numbers.Add(1)
		f.values.Set("subject", fmt.Sprintf("%s và %s, việc số %d", p.any(commonWords), p.any(commonWords), n))
		f.values.Set("addressees", "Các cơ quan, đơn vị có liên quan")
		f.values.Set("body", "Thực hiện kế hoạch công tác năm, đề nghị các cơ quan, đơn vị triển khai các nội dung sau:\n1. Rà soát, báo cáo kết quả thực hiện.\n2. Đề xuất, kiến nghị (nếu có).\nTrân trọng./.")
		f.values.Del("receivers")
		for range 1 + p.chance.IntN(5) {
			if to := p.town.agencies[p.chance.IntN(len(p.town.agencies))]; to != p.agency {
				f.values.Add("receivers", fmt.Sprintf("a%d", to))
			}
		}
		f.values.Set("signer", f.first("signer", p.town.signers[p.agency]))
		f.values.Set("then", "lay")
		return sending(actDraft, f, "Đã lưu và trình bày", func(p *person, a *answered) *visit {
			if id := pathID(a.path); id != "" {
				return submitting("/outgoing/" + id)
			}
			return nil
		}), nil
	}}
}

func submitting(doc string) *visit {
	return &visit{actForm, func(ctx context.Context, p *person) (*visit, error) {
		f, err := p.form(ctx, doc+"/submit")
		if err != nil || f == nil {
			return nil, err
		}
		var to *person
		for _, mate := range p.town.mates[p.agency] { // the head of the unit, or the head of the agency
			if mate.duty == dutyLeader && to == nil || mate.duty == dutyUnitHead && (mate.unit == p.unit || to == nil) {
				to = mate
			}
		}
		if to == nil {
			return nil, nil
		}
		f.values.Set("to", fmt.Sprint(to.holding))
		return sending(actSubmit, f, "Đã trình dự thảo", func(*person, *answered) *visit {
			select {
			case to.town.review[to.holding] <- doc:
			default: // enough waits there
			}
			return nil
		}), nil
	}}
}

// reviewing looks at what was submitted and passes it on to the signer; with nothing waiting the list of drafts is looked at.
func reviewing() *visit {
	return &visit{actQueue, func(ctx context.Context, p *person) (*visit, error) {
		select {
		case doc := <-p.town.review[p.holding]:
			a, err := p.see(ctx, doc, "Người soạn thảo")
			if err != nil {
				return nil, err
			}
			p.here = doc
			remember(&p.files, a.body, fileLinks)
			return approving(doc), nil
		default:
		}
		a, err := p.see(ctx, "/outgoing", "Văn bản đi")
		if err != nil {
			return nil, err
		}
		p.here = "/outgoing"
		remember(&p.out, a.body, rowLinks)
		return nil, nil
	}}
}

func approving(doc string) *visit {
	return &visit{actForm, func(ctx context.Context, p *person) (*visit, error) {
		f, err := p.form(ctx, doc+"/approve")
		if err != nil || f == nil {
			return nil, err
		}
		f.values.Set("next", "")
		f.fill("password", p.town.password)
		return sending(actApprove, f, "Đã duyệt", nil), nil
	}}
}

func signing() *visit   { return desk("sign") }
func releasing() *visit { return desk("release") }

// desk is the desk of signatures: the first document that nobody has in hand is signed, or released.
func desk(kind string) *visit {
	return &visit{actQueue, func(ctx context.Context, p *person) (*visit, error) {
		a, err := p.see(ctx, "/signing?kind="+kind, "Ký số")
		if err != nil {
			return nil, err
		}
		p.here = "/signing?kind=" + kind
		for _, m := range deskActs.FindAllSubmatch(a.body, 50) {
			if !p.claim(kind, string(m[1])) {
				continue
			}
			path := "/outgoing/" + string(m[1]) + "/" + kind
			return &visit{actForm, func(ctx context.Context, p *person) (*visit, error) {
				f, err := p.form(ctx, path)
				if err != nil || f == nil {
					return nil, err
				}
				f.fill("password", p.town.password)
				if kind == "sign" {
					f.values.Set("consent", "yes")
					return sending(actSign, f, "Đã ký số", nil), nil
				}
				return sending(actIssue, f, "Đã phát hành", nil), nil
			}}, nil
		}
		return nil, nil
	}}
}

// refresh fetches the open page again because the live connection said that something changed.
func refresh() *visit {
	return &visit{actRefresh, func(ctx context.Context, p *person) (*visit, error) {
		_, err := p.get(ctx, p.here)
		var r *refused
		if errors.As(err, &r) && r.status == 404 {
			p.here, err = "", nil
		}
		return nil, err
	}}
}

// fill sets a field that the form has; a password is asked for only when one has not confirmed himself lately.
func (f *pageForm) fill(name, value string) {
	if f.fields[name] {
		f.values.Set(name, value)
	}
}

var idAtEnd = regexp.MustCompile(`(?:/|open=)(\d+)(?:[?&#]|$)`)

// pathID is the id of the document whose page came.
func pathID(path string) string {
	if m := idAtEnd.FindStringSubmatch(path); m != nil {
		return m[1]
	}
	return ""
}

// scanOf is a small PDF as a scanner makes it, different each time.
func scanOf(n int64) []byte {
	content := fmt.Sprintf("BT /F1 12 Tf 72 770 Td (congvu bench %d) Tj ET\n%% %s", n, strings.Repeat(fmt.Sprintf("%d ", n), 400))
	var b bytes.Buffer
	var at []int
	object := func(format string, args ...any) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(at)}, args...)...)
	}
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>")
	object("<< /Length %d >>\nstream\n%s\nendstream", len(content), content)
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}
