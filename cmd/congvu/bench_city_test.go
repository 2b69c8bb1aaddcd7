package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"congvu/internal/storetest"
)

// onlyOnSQLite skips on PostgreSQL what takes long and asks the database nothing that the rooms' tests do not ask on both.
func onlyOnSQLite(t *testing.T) {
	t.Helper()
	if os.Getenv("CONGVU_TEST_DB") != "" && os.Getenv("CONGVU_LONG") == "" {
		t.Skip("runs on SQLite; CONGVU_LONG=1 runs it on PostgreSQL, too")
	}
}

// Twenty people use the pages of a small city: every kind of act is done, and nothing fails; how fast it is, is not a test's business.
func TestPeopleUseTheCity(t *testing.T) {
	t.Setenv(asProgram, "1") // the server that is measured is this binary
	c := storetest.Config(t, nil)
	onlyOnSQLite(t)
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	var out, said bytes.Buffer
	w := &world{in: os.Stdin, out: &out, err: &said, env: func(string) string { return "" }}
	if err := buildCity(t.Context(), &world{in: w.in, out: &said, err: &said, env: w.env}, &settings{Data: c.Dir, DB: c.URL, AxisReplicas: "1", AxisPlaintext: "off", Evidence: "on"}, 40, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, page := filepath.Join(dir, "do.json"), filepath.Join(dir, "do.html")
	code := command(t.Context(), w, []string{"bench", "all", "--data", c.Dir, "--db", c.URL, "--people", "20", "--think", "300ms", "--for", "1200ms", "--span", "50ms", "--flooders", "5", "--json", file, "--html", page})
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, said.String())
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r cityReport
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	done := map[string]int{}
	for _, s := range r.Solo {
		done[s.Key] += s.N
		for why := range s.Reasons {
			t.Errorf("%s alone: %s", s.Label, why)
		}
	}
	phases := append([]*loadPhase{}, r.Steps...)
	if r.Flood != nil {
		phases = append(append(phases, r.Flood.Calm...), r.Flood.Flooded...)
	}
	for _, p := range phases {
		for _, a := range p.Acts {
			done[a.Key] += a.N
			for why := range a.Reasons {
				t.Errorf("%s, %s: %s", p.Name, a.Label, why)
			}
		}
	}
	for _, a := range []*act{actHome, actInbox, actOpen, actOutgoing, actSearch, actDownload, actQueue, actRegister, actDirect, actDraft, actSubmit, actApprove, actSign, actIssue} {
		if done[a.key] == 0 {
			t.Errorf("nobody did: %s", a.label)
		}
	}
	if len(r.Steps) == 0 || len(r.Aims) < 10 || r.City.Added == 0 || r.Start.Ready == 0 || named(r.Closed, "sign-in") == nil || named(r.Closed, "sign-in").Errors > 0 {
		t.Errorf("%s", raw[:min(len(raw), 1500)])
	}
	if html, err := os.ReadFile(page); err != nil || !bytes.Contains(html, []byte("<svg")) {
		t.Errorf("the page: %v", err)
	}
	t.Log(out.String())
}

// sampleRun is a report with everything in it.
func sampleRun(scale string, documents int64, engine string, slower float64) *cityReport {
	ms := func(v float64) time.Duration { return time.Duration(v * slower * float64(time.Millisecond)) }
	fig := func(a *act, n int, v float64) actFigures {
		return actFigures{Key: a.key, Label: a.label, Writes: a.writes, N: n, P50: ms(v), P95: ms(2 * v), P99: ms(3 * v), Max: ms(9 * v)}
	}
	phase := func(people int, v float64) *loadPhase {
		p := &loadPhase{Name: "x", People: people, Seconds: 2, Rate: 75, Server: .5, Load: .2, Peak: 300e6, Resident: 250e6, Live: people, Events: 12,
			Acts: []actFigures{fig(actInbox, 900, v), fig(actRegister, 90, 4*v)}, Timeline: []second{{Acts: 70, Server: .4, Load: .1, Resident: 240e6}, {Acts: 80, Errors: 1, Server: .6, Load: .2, Resident: 250e6}}}
		p.Reads, p.Writes = p.Acts[0], p.Acts[1]
		p.Reads.Key, p.Writes.Key = "reads", "writes"
		return p
	}
	r := &cityReport{Schema: citySchema, Measured: "2026-11-30T07:30:00Z", Version: "dev", Go: "go1.26.8", Machine: machine{Processors: 2, Model: "Máy <thử>", Memory: 24e9, System: "linux/amd64", Load: .1}, Engine: engine, People: 3000,
		City:   cityFigures{Label: scale, Agencies: 633, Accounts: 31345, Documents: documents, Disk: footprint{3e9, 30e9, 1e9}, Added: 500, AddedDisk: footprint{5e6, 90e6, 1e6}},
		Start:  startFigures{Ready: ms(600), Idle: 90e6, Peak: 300e6},
		Limits: []measurement{summed("trivial HTTP handler", "16 connections", []time.Duration{ms(.1)}, ms(.1), 0), summed(limitArgon, "every core", []time.Duration{ms(25)}, ms(25), 0)},
		Closed: []measurement{summed("inbox page", "16 connections", []time.Duration{ms(.8)}, ms(.8), 0), summed("sign-in", "4 connections", []time.Duration{ms(28)}, ms(28), 0)},
		Steps:  []*loadPhase{phase(1500, 6), phase(3000, 9)}, Notes: []string{"Một ghi chú <có dấu>."}}
	r.Solo = []soloFigures{{fig(actInbox, 400, 2), ms(1.5), 0}, {fig(actRegister, 40, 10), ms(8), 0}}
	r.Flood = &floodResult{Agency: "Sở Nội vụ", People: 200, Rate: 50, Flood: fig(actInbox, 900, 600), Before: []actFigures{phase(1, 5).Reads, phase(1, 5).Writes}, After: []actFigures{phase(1, 5.5).Reads, phase(1, 5.2).Writes}}
	r.judge()
	return r
}

// The same runs give the same document, a page that holds together by itself, and a table of growth that says what is not flat.
func TestReportOfACity(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for i, r := range []*cityReport{sampleRun("10", 962_400, "sqlite", 1.2), sampleRun("1", 96_240, "sqlite", 1), sampleRun("100", 9_624_000, "postgres", 3)} {
		path := filepath.Join(dir, string(rune('a'+i))+".json")
		w := &world{out: &bytes.Buffer{}, err: &bytes.Buffer{}}
		if err := r.save(w, true, path, path+".html"); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	var out bytes.Buffer
	page := filepath.Join(dir, "all.html")
	if code := command(t.Context(), &world{out: &out, err: &out, env: func(string) string { return "" }}, append([]string{"bench", "report", "--html", page}, paths...)); code != 0 {
		t.Fatal(out.String())
	}
	golden := filepath.Join("testdata", "bench-report.md")
	if *updateRights {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(want, out.Bytes()) {
		t.Errorf("%s is different (go test ./cmd/congvu -run TestReportOfACity -update): %v\n%s", golden, err, out.String())
	}
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	open := map[string]int{}
	z := html.NewTokenizer(bytes.NewReader(raw))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		name, _ := z.TagName()
		switch kind {
		case html.StartTagToken:
			open[string(name)]++
		case html.EndTagToken:
			open[string(name)]--
		}
	}
	for _, tag := range []string{"html", "body", "section", "table", "svg", "text", "p", "style"} {
		if open[tag] != 0 {
			t.Errorf("<%s> is opened %d times more than closed", tag, open[tag])
		}
	}
	for _, bad := range []string{"http://", "https://", "<script", "<thử>", "<có dấu>", "NaN", "%!"} {
		if strings.Contains(string(raw), bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	if bad := command(t.Context(), &world{out: &out, err: &out, env: func(string) string { return "" }}, []string{"bench", "report", golden}); bad == 0 {
		t.Error("a file that is no report was taken for one")
	}
}

func TestFiguresOfVisits(t *testing.T) {
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(100-i)*time.Millisecond)
	}
	f := figuresOf("x", "X", false, times, map[string]int{"a": 2, "b": 1})
	if f.N != 100 || f.P50 != 51*time.Millisecond || f.P95 != 96*time.Millisecond || f.Max != 100*time.Millisecond || f.Errors != 3 {
		t.Errorf("%+v", f)
	}
	a := &loadPhase{times: map[*act][]time.Duration{actHome: {1, 3}}, reasons: map[*act]map[string]int{actHome: {"w": 1}}}
	b := &loadPhase{times: map[*act][]time.Duration{actHome: {2}, actSign: {9}}}
	both := together([]*loadPhase{a, b})
	if both[0].N != 3 || both[0].P50 != 2 || both[0].Errors != 1 || both[1].N != 1 || len(both) != 4 {
		t.Errorf("%+v", both)
	}
	if got := stepsTo(3000, 500); !reflect.DeepEqual(got, []int{500, 1000, 1500, 2000, 2500, 3000}) {
		t.Errorf("%v", got)
	}
	if got := stepsTo(20, 3); got[len(got)-1] != 20 {
		t.Errorf("%v", got)
	}
	if scaleName(962_400) != "10" || scaleName(254) != "0.003" {
		t.Error(scaleName(962_400), scaleName(254))
	}
}

// A form is sent as a browser sends it: what stands in fields, the first choice where none is made, nothing for boxes that are empty.
func TestFormsAreReadAsBrowsersHoldThem(t *testing.T) {
	page := `<form id="other"><input name="x" value="no"></form><form id="act" action="/a?b=1&amp;c=2"><button name="then" value="keep"></button><input type="hidden" name="h" value="a &amp; b"><input type="text" name="t" value="">
<textarea name="note">
hai
dòng</textarea><select name="s"><option value="1">Một</option><option value="2" selected>Hai</option></select><select name="first"><option value="">— Chọn —<option value="9">Chín</select>
<input type="radio" name="r" value="p"><input type="radio" name="r" value="q" checked><input type="checkbox" name="c" value="yes"><input type="checkbox" name="d" value="yes" checked><input name="off" value="x" disabled><input type="file" name="file"></form>`
	f, err := formOf([]byte(page), "act", "/here")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.values.Encode(), "d=yes&first=&h=a+%26+b&note=hai%0Ad%C3%B2ng&r=q&s=2&t="; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if f.action != "/a?b=1&c=2" || f.first("first", "") != "9" || f.first("s", "Hai") != "2" || f.first("r", "") != "p" || f.fields["x"] || !f.fields["c"] {
		t.Errorf("%+v", f)
	}
	if _, err := formOf([]byte(page), "none", "/here"); err == nil {
		t.Error("a form that is not there was found")
	}
}
