package pades

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/pdf"
)

// corpusFolders names folders, separated as in PATH, whose PDF files TestEveryReadableFileIsSignedTwice takes in besides what it
// makes itself: any collection of foreign files. None is kept in this repository. With it, every produced file goes through
// every rewriter; without it, two of them do.
const corpusFolders = "CONGVU_PDF_CORPUS"

// specimen is a file of the corpus; kind is its row in the table of the log.
type specimen struct {
	kind, name string
	file       []byte
}

// Every file that the strict reader takes is signed by a person and by an agency, with number and date filled where it has the
// fields, and the two signatures are valid for us, for pdfsig and for qpdf. Every other file is refused for a stated reason.
func TestEveryReadableFileIsSignedTwice(t *testing.T) {
	o := testOffice(t)
	c := &census{t: t, o: o, rows: map[string]*censusRow{}, reasons: map[string]int{}}
	made := producedFiles(t)
	seeds := made
	if os.Getenv(corpusFolders) == "" {
		seeds = slices.DeleteFunc(slices.Clone(made), func(s specimen) bool {
			return s.name != "draft" && s.kind != "Chromium"
		})
	}
	for _, s := range slices.Concat(made, rewritten(t, seeds)) {
		c.count(s)
	}
	for _, folder := range filepath.SplitList(os.Getenv(corpusFolders)) {
		collect(t, folder, c.count)
	}
	c.report()
}

type censusRow struct{ files, signed, refused int }

type census struct {
	t       *testing.T
	o       *office
	rows    map[string]*censusRow
	reasons map[string]int
}

func (c *census) count(s specimen) {
	row := c.rows[s.kind]
	if row == nil {
		row = &censusRow{}
		c.rows[s.kind] = row
	}
	row.files++
	file, err := c.o.signTwice(s.file)
	if err != nil {
		row.refused++
		reason := c.reason(s, err)
		c.reasons[reason]++
		c.t.Logf("refused %s: %s", s.name, reason)
		return
	}
	if c.holds(s, file) {
		row.signed++
	}
}

// reason wants a sentence for people behind every refusal, and no refusal of a file that our own tools made.
func (c *census) reason(s specimen, err error) string {
	var r interface {
		Reason() (string, map[string]any)
	}
	if !errors.As(err, &r) {
		c.t.Errorf("%s: no reason: %v", s.name, err)
		return err.Error()
	}
	if text, _ := r.Reason(); text == "" {
		c.t.Errorf("%s: no sentence for %v", s.name, err)
	}
	if !strings.HasPrefix(s.kind, "found") {
		c.t.Errorf("%s: %v", s.name, err)
	}
	return err.Error()
}

// signTwice is the way of a document: a person, number and date, the agency.
func (o *office) signTwice(file []byte) ([]byte, error) {
	person := o.request(o.leader)
	person.Certify = 2
	once, err := Sign(context.Background(), file, person)
	if errors.Is(err, ErrNotFirst) {
		person.Certify = 0
		once, err = Sign(context.Background(), file, person)
	}
	if err != nil {
		return nil, err
	}
	filled, err := FillFields(once, numberAndDate)
	if errors.Is(err, ErrNoField) || errors.Is(err, ErrFillForbidden) || errors.Is(err, ErrFilled) {
		filled = once
	} else if err != nil {
		return nil, fmt.Errorf("fill: %w", err)
	}
	agency := o.request(o.agency)
	agency.LockFields = person.Certify > 0
	twice, err := Sign(context.Background(), filled, agency)
	if err != nil {
		return nil, fmt.Errorf("second signature: %w", err)
	}
	return twice, nil
}

// holds asks us, pdfsig and qpdf about the two signatures; what a file suffered from before is not held against them.
func (c *census) holds(s specimen, file []byte) bool {
	ok := true
	fail := func(format string, args ...any) {
		ok = false
		c.t.Errorf(s.name+": "+format, args...)
	}
	if !bytes.HasPrefix(file, s.file) {
		fail("signing changed bytes that were there")
	}
	before, after := verify(c.t, s.file, c.o.options()), verify(c.t, file, c.o.options())
	if len(before.Signatures) == 0 && len(before.Findings) == 0 && after.Outcome != Passed {
		fail("%s", explain(after))
	}
	ours := after.Signatures[max(0, len(after.Signatures)-2):]
	for i, x := range ours {
		if x.Integrity != Intact && before.Integrity != Broken && before.Integrity != Doubtful && !doubled(after) {
			fail("signature %d: %s", i+1, explain(after))
		}
	}
	if len(after.Signatures) != len(before.Signatures)+2 {
		fail("%d signatures after %d", len(after.Signatures), len(before.Signatures))
	}
	if is := damaged(c.t, file); is != "" && damaged(c.t, s.file) == "" {
		fail("qpdf --check: %s", is)
	}
	was := 0
	if len(before.Signatures) > 0 {
		was = validSignatures(s.file)
	}
	if is := validSignatures(file); is >= 0 && is != was+2 {
		fail("pdfsig: %d valid signatures after %d", is, was)
	}
	return ok
}

func doubled(r *Report) bool { return hasFinding(r.Findings, "file.ambiguous") }

// damaged gives what qpdf complains of, nothing when it is content or not there.
func damaged(t *testing.T, file []byte) string {
	tool, err := exec.LookPath("qpdf")
	if err != nil {
		return ""
	}
	out, err := exec.Command(tool, "--check", keepFile(t, file)).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("WARNING")) {
		return string(out)
	}
	return ""
}

// validSignatures counts what pdfsig calls valid, -1 when it is not there.
func validSignatures(file []byte) int {
	tool, err := exec.LookPath("pdfsig")
	if err != nil {
		return -1
	}
	name := filepath.Join(os.TempDir(), fmt.Sprintf("congvu-%d.pdf", os.Getpid()))
	defer os.Remove(name)
	if os.WriteFile(name, file, 0o600) != nil {
		return -1
	}
	out, _ := exec.Command(tool, "-nocert", name).CombinedOutput() // its exit code is 2 for no signature
	return bytes.Count(out, []byte("Signature is Valid"))
}

func (c *census) report() {
	var b strings.Builder
	total := censusRow{}
	fmt.Fprintf(&b, "%-40s %6s %7s %8s\n", "producer", "files", "signed", "refused")
	for _, kind := range slices.Sorted(maps.Keys(c.rows)) {
		r := c.rows[kind]
		fmt.Fprintf(&b, "%-40s %6d %7d %8d\n", kind, r.files, r.signed, r.refused)
		total = censusRow{total.files + r.files, total.signed + r.signed, total.refused + r.refused}
	}
	fmt.Fprintf(&b, "%-40s %6d %7d %8d\n", "all", total.files, total.signed, total.refused)
	for _, reason := range slices.Sorted(maps.Keys(c.reasons)) {
		fmt.Fprintf(&b, "%6d × %s\n", c.reasons[reason], reason)
	}
	c.t.Log("\n" + b.String())
	if total.signed+total.refused != total.files {
		c.t.Errorf("%d files neither signed well nor refused", total.files-total.signed-total.refused)
	}
}

// collect reads every file of a folder that begins as a PDF file does.
func collect(t *testing.T, folder string, take func(specimen)) {
	const largest = 64 << 20
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.Contains(strings.ToLower(d.Name()), ".pdf") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) > largest || !bytes.HasPrefix(b, []byte("%PDF-")) {
			return err
		}
		take(specimen{"found: " + producer(b), path, b})
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// producer names who wrote a file, as far as it says so.
func producer(b []byte) string {
	f, err := pdf.Open(b)
	if err != nil {
		return "unreadable"
	}
	name := f.Text(f.Dict(f.Trailer["Info"])["Producer"])
	words := strings.FieldsFunc(name, func(r rune) bool { return r < 'A' || r > 'z' || r > 'Z' && r < 'a' })
	return strings.Join(words[:min(len(words), 2)], " ")
}

func keepFile(t *testing.T, b []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// runTool runs a program in a folder of its own that holds in.pdf and gives the files matching made; none when the program is
// missing, a failure of the test when it fails.
func runTool(t *testing.T, in []byte, made string, args ...string) map[string][]byte {
	t.Helper()
	tool, err := exec.LookPath(args[0])
	if err != nil {
		t.Logf("%s is not installed", args[0])
		return nil
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in.pdf"), in, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, tool, args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %v\n%s", args, err, out)
		return nil
	}
	names, _ := filepath.Glob(filepath.Join(dir, made))
	if len(names) == 0 {
		t.Errorf("%v made nothing", args)
	}
	files := map[string][]byte{}
	for _, n := range names {
		if files[filepath.Base(n)], err = os.ReadFile(n); err != nil {
			t.Fatal(err)
		}
	}
	return files
}
