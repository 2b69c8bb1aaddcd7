package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Finding is a rule of axe-core that a page breaks, with the elements that break it.
type Finding struct {
	ID, Impact, Help string
	Nodes            []string
}

// Axe checks the page as it stands against WCAG 2.0, 2.1 and 2.2, A and AA, and fails the test on any finding.
func (b *Tab) Axe() {
	b.t.Helper()
	source, err := axeSource()
	if err != nil {
		b.t.Fatal(err)
	}
	// what is on its way in has other colours than what has come to rest
	Eval[int](b, `Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity).map(a => a.finished.catch(() => 0))).then(() => 0)`)
	Eval[int](b, source+";0") // through the debugger: the page's policy does not see it
	for _, f := range Eval[[]Finding](b, `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then(r => r.violations.map(v =>
		({ID: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.slice(0, 4).map(n => n.html.slice(0, 200) + " – " + n.failureSummary.replace(/\s+/g, " "))})))`) {
		b.t.Errorf("axe %s %s at %s: %s\n\t%s", f.Impact, f.ID, b.Where(), f.Help, strings.Join(f.Nodes, "\n\t"))
	}
}

// axeSource reads axe-core (MPL-2.0, tests only) from internal/web/testdata, wherever below the module the test runs.
var axeSource = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			text, err := os.ReadFile(filepath.Join(dir, "internal", "web", "testdata", "axe.min.js"))
			return string(text), err
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", os.ErrNotExist
		}
		dir = up
	}
})
