package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var metricName = regexp.MustCompile(`\b(?:congvu|go|process)_[a-z0-9_]+`)

// Every figure that the dashboard and the alerts ask for is on a real page of figures, and every alert leads to a section of the guide that exists.
func TestDashboardAndAlertsAskForWhatIsThere(t *testing.T) {
	in := measuredOffice(t)
	m := in.newMetrics("")
	measured(m.requests, http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	there := families(t, scrape(t, m.page()))
	known := func(name string) bool {
		for _, end := range []string{"", "_bucket", "_count", "_sum"} {
			if base, cut := strings.CutSuffix(name, end); cut && there[base] != "" {
				return true
			}
		}
		return name == "congvu_backup_last_ok" || name == "congvu_backup_last_bytes" // absent until a backup was tried
	}
	rules := textOf(t, "../../deploy/prometheus/rules.yml")
	board := textOf(t, "../../deploy/grafana/congvu.json")
	guide := textOf(t, "../../docs/huong-dan/van-hanh.md")
	var exprs []string
	for line := range strings.SplitSeq(rules, "\n") {
		if _, e, is := strings.Cut(line, "expr: "); is {
			exprs = append(exprs, e)
		}
	}
	var shown struct {
		Title  string
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(board), &shown); err != nil {
		t.Fatal(err)
	}
	for _, p := range shown.Panels {
		if p.Title == "" {
			t.Error("a panel without a title")
		}
		for _, q := range p.Targets {
			exprs = append(exprs, q.Expr)
		}
	}
	if len(exprs) < 30 {
		t.Fatalf("only %d questions found", len(exprs))
	}
	for _, e := range exprs {
		names := metricName.FindAllString(e, -1)
		if len(names) == 0 && !strings.Contains(e, "up{") {
			t.Errorf("%q asks for nothing", e)
		}
		for _, name := range names {
			if !known(name) {
				t.Errorf("%q asks for %s, which is not there", e, name)
			}
		}
	}
	var anchors []string
	for line := range strings.SplitSeq(guide, "\n") {
		if strings.HasPrefix(line, `<a id="`) {
			anchors = append(anchors, strings.Split(line, `"`)[1])
		}
	}
	alerts := regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(rules, -1)
	books := regexp.MustCompile(`runbook_url: \S*van-hanh\.md#([\w-]+)`).FindAllStringSubmatch(rules, -1)
	if len(alerts) < 10 || len(books) != len(alerts) {
		t.Errorf("%d alerts, %d runbooks", len(alerts), len(books))
	}
	for _, b := range books {
		if !slices.Contains(anchors, b[1]) {
			t.Errorf("no section %s in the guide", b[1])
		}
	}
	for _, name := range []string{"congvu_http_seconds", "congvu_jobs"} {
		if there[name] == "" {
			t.Error(fmt.Sprint("no ", name))
		}
	}
}

// orderOf tells what is wrong with a command line of congvu, by what the verbs say of themselves; "" when nothing is.
func orderOf(pages map[string]page, words []string) string {
	if len(words) == 0 || words[0] == "help" {
		return ""
	}
	name, rest := words[0], words[1:]
	if len(rest) > 0 && pages[name+" "+rest[0]].name != "" {
		name, rest = name+" "+rest[0], rest[1:]
	}
	p := pages[name]
	if p.name == "" {
		return "no such verb"
	}
	acted := false
	for i := 0; i < len(rest); i++ {
		w := rest[i]
		if w == "-h" || w == "…" || strings.HasPrefix(w, "[") {
			continue
		}
		if o, is := strings.CutPrefix(w, "--"); is {
			o, _, valued := strings.Cut(strings.TrimRight(o, "],."), "=")
			at := slices.IndexFunc(p.options, func(x option) bool { return x.name == o })
			if at < 0 {
				return "no option --" + o
			}
			if !p.options[at].flag && !valued {
				i++ // its value
			}
			continue
		}
		if !acted && strings.Contains(p.usage, name+" ") && strings.ToLower(w) == w && strings.Trim(w, "abcdefghijklmnopqrstuvwxyz-") == "" {
			if !regexp.MustCompile(`\b` + regexp.QuoteMeta(w) + `\b`).MatchString(p.usage) {
				return "no word " + w
			}
		}
		acted = true
	}
	return ""
}

var inCode = regexp.MustCompile("`([^`]+)`")

// commands finds the lines of congvu in a guide: in blocks of code and in words set as code.
func commands(text string) (out []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if code, is := strings.CutPrefix(line, "    "); is {
			out = append(out, code)
			continue
		}
		for _, m := range inCode.FindAllStringSubmatch(line, -1) {
			out = append(out, m[1])
		}
	}
	for i, c := range out {
		c, _, _ = strings.Cut(c, " > ")
		c, _, _ = strings.Cut(c, " | ")
		out[i] = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(c), "$ "), "sudo "))
	}
	return out
}

// words splits a command line as a shell would: quotes hold words together.
func wordsOf(line string) (out []string) {
	for _, m := range regexp.MustCompile(`(?:"[^"]*"|'[^']*'|[^\s"'])+`).FindAllString(line, -1) {
		out = append(out, strings.Trim(m, `"'`))
	}
	return out
}

func pagesByName() map[string]page {
	out := map[string]page{}
	for _, p := range manual() {
		out[p.name] = p
	}
	return out
}

// Every command that a guide for operators gives is one the program takes.
func TestCommandsOfTheGuidesAreReal(t *testing.T) {
	pages, n := pagesByName(), 0
	for _, file := range []string{"docs/huong-dan/van-hanh.md", "docs/operations.md", "docs/huong-dan/cau-hinh.md", "docs/configuration.md", "README.md", "README.vi.md"} {
		for _, line := range commands(textOf(t, "../../"+file)) {
			words := wordsOf(line)
			if len(words) < 2 || words[0] != "congvu" && words[0] != "congvu-admin" {
				continue
			}
			n++
			if wrong := orderOf(pages, words[1:]); wrong != "" {
				t.Errorf("%s: %q: %s", file, line, wrong)
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d commands found", n)
	}
	for line, want := range map[string]string{"serve --backup-every 6h": "", "serve --no-such": "no option --no-such", "nothing": "no such verb", "user list --agency X": "", "user lose X": "no word lose",
		"remote inbox --tab all": "", "remote inbox --lead X": "no option --lead"} {
		if got := orderOf(pages, strings.Fields(line)); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// The units run verbs and options that exist, with folders that the package makes, and wait for a stop longer than the server takes.
func TestTheServicesFitTheProgram(t *testing.T) {
	pages, settings := pagesByName(), map[string]bool{}
	for _, k := range reference() {
		settings[k.env] = true
	}
	files, err := filepath.Glob("../../deploy/systemd/*")
	if err != nil || len(files) < 7 {
		t.Fatal(files, err)
	}
	build, postinst := textOf(t, "../../deploy/debian/build"), textOf(t, "../../deploy/debian/postinst")
	for _, file := range files {
		name := filepath.Base(file)
		if !strings.Contains(build, "deploy/systemd/"+name) {
			t.Errorf("%s is in no package", name)
		}
		unit := map[string][]string{}
		section := ""
		for i, line := range strings.Split(textOf(t, file), "\n") {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if strings.HasPrefix(line, "[") {
				section = line
				continue
			}
			key, value, is := strings.Cut(line, "=")
			if !is || section == "" {
				t.Errorf("%s:%d: %q", name, i+1, line)
			}
			unit[key] = append(unit[key], value)
		}
		if strings.HasSuffix(name, ".timer") {
			if _, err := os.Stat(strings.TrimSuffix(file, ".timer") + ".service"); err != nil || len(unit["OnCalendar"]) != 1 {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		for _, start := range unit["ExecStart"] {
			words := strings.Fields(start)
			if words[0] != "/usr/bin/congvu" && words[0] != "/usr/bin/congvu-signer" {
				t.Errorf("%s runs %s", name, words[0])
			}
			if wrong := orderOf(pages, slices.DeleteFunc(words[1:], func(w string) bool { return strings.HasPrefix(w, "$") && !strings.HasPrefix(w, "${") })); wrong != "" {
				t.Errorf("%s: %s: %s", name, start, wrong)
			}
		}
		for _, e := range unit["Environment"] {
			if set, value, _ := strings.Cut(e, "="); !settings[set] || !strings.Contains(postinst, value) {
				t.Errorf("%s sets %s, which is no setting or no folder of the package", name, e)
			}
		}
		for _, law := range []string{"NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "UMask=0077", "ProtectHome=yes"} {
			key, value, _ := strings.Cut(law, "=")
			if !slices.Contains(unit[key], value) {
				t.Errorf("%s lacks %s", name, law)
			}
		}
		if name != "congvu.service" {
			continue
		}
		patience, err := strconv.Atoi(unit["TimeoutStopSec"][0])
		if err != nil || time.Duration(patience)*time.Second < requestsPatience+workersPatience+closingPatience+5*time.Second {
			t.Errorf("TimeoutStopSec=%s is shorter than the server's own stop", unit["TimeoutStopSec"])
		}
		for _, space := range []string{"user", "pid", "net", "ipc", "mnt"} { // what internal/confined asks of the kernel
			if !slices.Contains(strings.Fields(unit["RestrictNamespaces"][0]), space) {
				t.Errorf("converters cannot be confined without namespace %s", space)
			}
		}
		if len(unit["MemoryDenyWriteExecute"]) > 0 || unit["OOMPolicy"][0] != "continue" || unit["Type"][0] != "notify" {
			t.Errorf("%s: %v", name, unit)
		}
	}
}

// The container's file, its sample and the proxies say what the program takes.
func TestTheContainerAndProxiesFitTheProgram(t *testing.T) {
	known := map[string]bool{}
	for _, k := range reference() {
		known[k.env] = true
	}
	for _, v := range besides {
		known[v.name] = true
	}
	names := map[string]bool{}
	for _, v := range verbs() {
		names[v.name] = true
	}
	for _, file := range []string{"container/Containerfile", "container/Containerfile.full", "container/compose.yaml", "proxy/nginx.conf", "proxy/Caddyfile", "systemd/congvu.service",
		"debian/congvu-admin"} {
		text := textOf(t, "../../deploy/"+file)
		for _, name := range regexp.MustCompile(`\bCONGVU_[A-Z0-9_]+`).FindAllString(text, -1) {
			if !known[name] {
				t.Errorf("deploy/%s sets %s, which nothing reads", file, name)
			}
		}
		for _, m := range regexp.MustCompile(`(?:command: |CMD )\["?(?:/usr/bin/congvu", ")?([a-z-]+)"?\]`).FindAllStringSubmatch(text, -1) {
			if !names[m[1]] {
				t.Errorf("deploy/%s runs %s", file, m[1])
			}
		}
		if strings.HasPrefix(file, "proxy/") {
			for _, want := range []string{"/sign-agent/", "/bootstrap", "/metrics", "X-Forwarded-For", "CONGVU_PUBLIC_URL"} {
				if !strings.Contains(text, want) {
					t.Errorf("deploy/%s says nothing of %s", file, want)
				}
			}
		}
	}
}

func textOf(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
