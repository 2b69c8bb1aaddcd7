package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/security"
	cd "github.com/chromedp/chromedp"
)

// Tab is one page of a browser that the test owns. Every method fails the test when the browser cannot do it.
type Tab struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	troubles []string
}

var flags = []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"}

// patience bounds a whole test in one tab: a page that never comes must not hold the build.
const patience = 5 * time.Minute

// Open starts a browser with an empty profile and one tab of 1440 × 900, and closes it with the test.
func Open(t testing.TB) *Tab {
	t.Helper()
	exe := find()
	if exe == "" {
		t.Skip("no Chromium is installed")
	}
	// Not t.TempDir: the browser may still write while it dies, and that must not fail the test.
	profile, err := os.MkdirTemp("", "browsertest-")
	if err != nil {
		t.Fatal(err)
	}
	opts := append(cd.DefaultExecAllocatorOptions[:], cd.ExecPath(exe), cd.NoSandbox, cd.UserDataDir(profile), cd.WindowSize(1440, 900))
	for _, f := range flags {
		opts = append(opts, cd.Flag(f, true))
	}
	ctx, stopAllocator := cd.NewExecAllocator(context.Background(), opts...)
	ctx, stopTab := cd.NewContext(ctx)
	ctx, stopClock := context.WithTimeout(ctx, patience)
	t.Cleanup(func() {
		stopClock()
		stopTab()
		stopAllocator()
		os.RemoveAll(profile)
	})
	tab := &Tab{t: t, ctx: ctx}
	if err := cd.Listen(ctx, tab.hear); err != nil {
		t.Fatal("start the browser: ", err)
	}
	if _, err := cd.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: reportViolations}); err != nil {
		t.Fatal(err)
	}
	return tab
}

// reportViolations makes every refusal of the page's policy audible, with what was refused.
const reportViolations = `document.addEventListener("securitypolicyviolation", e => console.error("policy: " + e.effectiveDirective + " refused " + (e.blockedURI || e.sample) + " at " + e.sourceFile + ":" + e.lineNumber))`

func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if exe, err := exec.LookPath(name); err == nil {
			return exe
		}
	}
	return ""
}

// hear keeps uncaught errors, errors on the console and security entries. A refused form's 422 is a wanted answer.
func (b *Tab) hear(ev any) {
	var what string
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		what = "uncaught: " + e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			what += " " + x.Description
		}
	case *runtime.EventConsoleAPICalled:
		if string(e.Type) != "error" {
			return
		}
		for _, a := range e.Args {
			what += string(a.Value) + a.Description + " "
		}
	case *log.EventEntryAdded:
		if string(e.Entry.Level) != "error" || string(e.Entry.Source) == "network" {
			return
		}
		what = fmt.Sprint(e.Entry.Source, ": ", e.Entry.Text)
	default:
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.troubles = append(b.troubles, what)
}

// Troubles are the policy's refusals and the scripts' errors since the last call.
func (b *Tab) Troubles() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.troubles
	b.troubles = nil
	return out
}

// Quiet fails the test if there was any trouble.
func (b *Tab) Quiet() {
	b.t.Helper()
	for _, x := range b.Troubles() {
		b.t.Errorf("at %s: %s", b.Where(), x)
	}
}

func (b *Tab) do(what string, steps ...cd.Action[cd.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 45*time.Second)
	defer stop()
	if err := cd.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// Size makes the window width × height CSS pixels.
func (b *Tab) Size(width, height int64) {
	b.t.Helper()
	b.do("size", cd.EmulateViewport(width, height))
}

// Script switches JavaScript of the next page on or off.
func (b *Tab) Script(on bool) {
	b.t.Helper()
	if _, err := cd.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		b.t.Fatal(err)
	}
}

// TrustAnyCertificate lets the browser speak to servers whose certificate nobody vouches for.
func (b *Tab) TrustAnyCertificate() {
	b.t.Helper()
	if _, err := cd.Call(b.ctx, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true}); err != nil {
		b.t.Fatal(err)
	}
}

// Go opens an address and waits until it is loaded.
func (b *Tab) Go(address string) { b.t.Helper(); b.do("open "+address, cd.Navigate(address)) }

// Back goes one page back.
func (b *Tab) Back() { b.t.Helper(); b.do("back", cd.NavigateBack()) }

// Click presses the first element that matches the CSS selector.
func (b *Tab) Click(css string) { b.t.Helper(); b.do("click "+css, cd.Click(cd.CSS(css))) }

// Type writes text into a field, after what is there.
func (b *Tab) Type(css, text string) {
	b.t.Helper()
	b.do("type into "+css, cd.SendKeys(cd.CSS(css), text))
}

// Fill replaces what a field holds.
func (b *Tab) Fill(css, text string) {
	b.t.Helper()
	b.See(css)
	Eval[bool](b, fmt.Sprintf(`(document.querySelector(%q).value = "", true)`, css)) // the driver's own clearing fails on an empty text area
	b.do("fill "+css, cd.SendKeys(cd.CSS(css), text))
}

// Choose files in a file field.
func (b *Tab) Choose(css string, files ...string) {
	b.t.Helper()
	b.do("choose files in "+css, cd.SetUploadFiles(cd.CSS(css), files))
}

// Press presses keys wherever the focus is: kb.Enter, "j".
func (b *Tab) Press(keys string) { b.t.Helper(); b.do("press "+keys, cd.KeyEvent(keys)) }

// See waits until an element is visible.
func (b *Tab) See(css string) { b.t.Helper(); b.do("see "+css, cd.WaitVisible(cd.CSS(css))) }

// Gone waits until no element matches.
func (b *Tab) Gone(css string) { b.t.Helper(); b.do("gone "+css, cd.WaitNotPresent(cd.CSS(css))) }

// Until waits until a JavaScript expression is true.
func (b *Tab) Until(expression string) {
	b.t.Helper()
	var last error
	for end := time.Now().Add(45 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		yes, err := cd.Run(b.ctx, cd.Evaluate[bool]("Boolean("+expression+")"))
		if yes && err == nil {
			return
		}
		last = err // the page may be on its way out: the next one is asked
	}
	b.t.Fatalf("at %s, until %s: %v", b.Where(), expression, last)
}

// Text is the visible text of the first element that matches.
func (b *Tab) Text(css string) string {
	b.t.Helper()
	return Eval[string](b, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", css))
}

// Where is the path and query of the page.
func (b *Tab) Where() string {
	b.t.Helper()
	return Eval[string](b, "location.pathname + location.search")
}

// Try is Eval for a page that may be on its way out: false when it could not answer.
func Try[T any](b *Tab, expression string) (T, bool) {
	ctx, stop := context.WithTimeout(b.ctx, 60*time.Second)
	defer stop()
	v, err := cd.Run(ctx, cd.Evaluate[T](expression, cd.EvalAwaitPromise))
	return v, err == nil
}

// Eval is the value of a JavaScript expression, which may be a promise.
func Eval[T any](b *Tab, expression string) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 60*time.Second)
	defer stop()
	v, err := cd.Run(ctx, cd.Evaluate[T](expression, cd.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("eval %.80s: %v", expression, err)
	}
	return v
}

// Picture writes what the window shows as a PNG, when the environment variable BROWSERTEST_PICTURES names a folder.
func (b *Tab) Picture(name string) {
	b.t.Helper()
	dir := os.Getenv("BROWSERTEST_PICTURES")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), b.Shot(), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// Shot is what the window shows, as a PNG.
func (b *Tab) Shot() []byte {
	b.t.Helper()
	png, err := cd.Run(b.ctx, cd.CaptureScreenshot())
	if err != nil {
		b.t.Fatal("picture: ", err)
	}
	return png
}

// FitsWidth fails the test if the page can be scrolled sideways (WCAG 1.4.10).
func (b *Tab) FitsWidth() {
	b.t.Helper()
	b.Until(`document.body && document.readyState === "complete"`) // a page on its way has no width
	wide := Eval[[]string](b, `(() => {
		const most = document.documentElement.clientWidth
		if (document.documentElement.scrollWidth <= most && document.body.scrollWidth <= most) return []
		return [document.documentElement.scrollWidth + " > " + most, ...[...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > most + 1).slice(0, 5).map(e => e.outerHTML.slice(0, 120))]
	})()`)
	if len(wide) > 0 {
		b.t.Errorf("%s scrolls sideways: %s", b.Where(), strings.Join(wide, "\n\t"))
	}
}
