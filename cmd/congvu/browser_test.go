package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/api"
	"congvu/internal/city"
	"congvu/internal/storetest"
	"congvu/internal/web"
	"congvu/internal/web/browsertest"
)

// startDemo builds a sample city and serves it as `congvu demo` does.
func startDemo(t *testing.T, documents int) (base string, in *installation) {
	t.Helper()
	return startDemoWith(t, documents, func(*installation) error { return nil })
}

// startDemoWith is startDemo after something was done to the installation.
func startDemoWith(t *testing.T, documents int, prepare func(*installation) error) (base string, in *installation) {
	t.Helper()
	ctx := context.Background()
	c := storetest.Config(t, nil)
	s := &settings{Data: t.TempDir(), DB: c.URL}
	log := slog.New(slog.DiscardHandler)
	var out bytes.Buffer
	if err := buildCity(ctx, &world{out: &out, err: &out}, s, documents, log); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	in, err := openServing(ctx, s, opening{allowTest: true}, log)
	if err != nil {
		t.Fatal(err)
	}
	in.Desk.Witness = nil // nobody answers at the addresses of test certificates
	if err := prepare(in); err != nil {
		t.Fatal(err)
	}
	work, stop := context.WithCancel(ctx)
	var workers sync.WaitGroup
	for _, w := range in.work(log) {
		workers.Go(func() { w(work) })
	}
	pages := web.New(web.Config{DB: in.DB, Index: in.index(), Desk: in.Desk, Exchange: in.Exchange, Log: log, DemoAccounts: true, DemoPassword: city.Password})
	server := httptest.NewServer(in.doors(pages, api.New(api.Config{DB: in.DB, Index: in.index(), Desk: in.Desk, Exchange: in.Exchange, Log: log, TestCertificates: true})))
	t.Cleanup(func() {
		pages.Close()
		server.Close()
		stop()
		workers.Wait()
		in.Close()
	})
	return server.URL, in
}

// enter signs in by the form, after leaving whatever session there was.
func enter(tab *browsertest.Tab, base, login string) {
	tab.Go(base + "/sign-in")
	if tab.Where() != "/sign-in" {
		browsertest.Eval[bool](tab, `fetch("/sign-out",{method:"POST"}).then(()=>true)`)
		tab.Go(base + "/sign-in")
	}
	tab.Fill("#login", login)
	tab.Fill("#password", city.Password)
	tab.Click(`#sign-in .btn.primary`)
	tab.Until(`location.pathname !== "/sign-in"`)
	tab.See(".rail")
}

// visitor is somebody at a browser who presses what is written on the screen.
type visitor struct {
	*testing.T
	tab  *browsertest.Tab
	base string
	bare bool // without scripts
}

// shown is the part of the page that can be used now: the dialog, or the page below it.
const shown = `(document.querySelector("dialog[open]") ?? document.querySelector("#main") ?? document.body)`

// press uses the button or link of exactly these words.
func (v visitor) press(words string) {
	v.Helper()
	one := fmt.Sprintf(`[...%s.querySelectorAll("a,button,summary")].find(e => e.getClientRects().length && e.innerText.trim() === %q)`, shown, words)
	v.tab.Until(one)
	browsertest.Eval[bool](v.tab, `(`+one+`.click(), true)`)
}

// says waits until the page, or its dialog, says these words.
func (v visitor) says(words string) {
	v.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if strings.Contains(v.text(), words) {
			return
		}
	}
	v.Fatalf("%s does not say %q but:\n%s", v.tab.Where(), words, v.text())
}

// text is what the page says now; a page on its way out says nothing.
func (v visitor) text() string {
	v.Helper()
	words, _ := browsertest.Try[string](v.tab, `new Promise(r => r(`+shown+`?.innerText ?? "")).catch(() => "")`)
	return words
}

// choose takes the option of a list whose words end so.
func (v visitor) choose(css, words string) {
	v.Helper()
	if !browsertest.Eval[bool](v.tab, fmt.Sprintf(`(() => {
		const list = %s.querySelector(%q), one = [...(list?.options ?? [])].find(o => o.value && o.text.trim().endsWith(%q))
		if (!one) return false
		list.value = one.value
		list.dispatchEvent(new Event("change", {bubbles: true}))
		return true
	})()`, shown, css, words)) {
		v.Fatalf("%s has no choice %q: %s", css, words, v.text())
	}
}

// find searches a field of many values for words and takes the first that is found, with script or without.
func (v visitor) find(name, words string) {
	v.Helper()
	v.tab.Type("#"+name, words)
	if !v.bare {
		v.tab.Click("#" + name + "-list [role=option]")
	} else {
		v.tab.Click("#" + name + " + button")
		v.tab.Click("#" + name + "-found")
	}
}

// look checks the page as it stands: axe, the policy, the scripts; and at the width of a phone that it does not scroll sideways.
func (v visitor) look(name string) {
	v.Helper()
	v.still()
	if !v.bare { // axe is a script itself
		v.tab.Axe()
	}
	v.tab.Picture(name + "-1440")
	v.tab.Size(390, 844)
	v.tab.FitsWidth()
	v.tab.Picture(name + "-390")
	v.tab.Size(1440, 900)
	v.tab.Quiet()
}

// still waits until nothing moves: a dialog that is still fading in has other colours.
func (v visitor) still() {
	v.Helper()
	v.tab.Until(`document.getAnimations().every(a => a.playState !== "running" || a.effect.getComputedTiming().iterations === Infinity)`)
}
