package edxml

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

const samples = "../../../shared/data/edxml"

// sample gives a national sample message, or skips where the samples are not at hand.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(samples, name))
	if err != nil {
		t.Skipf("the national sample messages are not here: %v", err)
	}
	return b
}

func codesOf(ws []Warning) []string {
	var out []string
	for _, w := range ws {
		out = append(out, w.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// N15: the national samples are read.
func TestEverySampleIsRead(t *testing.T) { // X24.2
	docWarnings := []string{FakeSignature, TypeMismatch} // X8.2; a ".doc" that holds text (X7.3)
	for _, c := range []struct {
		name, kind, detail string
		to                 []string
		warnings           []string
	}{
		{"edoc_new.edxml", "document", "new", []string{"28.22.H17"}, docWarnings},
		{"edoc_update.edxml", "document", "update", nil, append([]string{TargetsDiffer}, docWarnings...)},
		{"edoc_replacement.edxml", "document", "replace", nil, docWarnings},
		{"edoc_revocation.edxml", "document", "recall", nil, docWarnings},
		{"malformed_leading_junk.edxml", "document", "new", []string{"28.22.H17"}, append([]string{LeadingJunk}, docWarnings...)},
		{"status_01_inbox.edxml", "status", "01", []string{"000.00.00.G22"}, nil},
		{"status_02_rejection.edxml", "status", "02", []string{"000.00.00.G22"}, nil},
		{"status_03_acceptance.edxml", "status", "03", []string{"000.00.00.G22"}, nil},
		{"status_04_assignment.edxml", "status", "04", []string{"000.00.00.G22"}, nil},
		{"status_05_processing.edxml", "status", "05", []string{"000.00.00.G22"}, nil},
		{"status_06_finish.edxml", "status", "06", []string{"000.00.00.G22"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := sample(t, c.name)
			res, err := Check(bytes.NewReader(raw), Options{})
			if err != nil || !res.Readable {
				t.Fatalf("unreadable: %v %+v", err, res)
			}
			if res.Kind != c.kind || res.Business+res.Status != c.detail {
				t.Errorf("read as %s %s%s", res.Kind, res.Business, res.Status)
			}
			if c.to != nil && !slices.Equal(res.To, c.to) {
				t.Errorf("addressed to %v", res.To)
			}
			var codes []string
			for _, w := range res.Warnings {
				codes = append(codes, w.Code)
				if w.Text == "" {
					t.Errorf("warning %s has no sentence", w.Code)
				}
			}
			slices.Sort(codes)
			slices.Sort(c.warnings)
			if !slices.Equal(slices.Compact(codes), c.warnings) {
				t.Errorf("warnings %v, want %v", codes, c.warnings)
			}
			if res.Size != int64(len(raw)) || len(res.SHA256) != 64 {
				t.Errorf("size %d, sha256 %q", res.Size, res.SHA256)
			}
			if c.kind == "document" && (len(res.Files) != 1 || res.Files[0].Size != 19 || res.Files[0].Name != "1896_QD-TTg_m_294779.doc") {
				t.Errorf("files %+v", res.Files)
			}
		})
	}
}

func TestSampleFieldsArriveInTheModel(t *testing.T) {
	m, err := Read(bytes.NewReader(sample(t, "edoc_update.edxml")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := m.Document
	if d.Type.Name != "Công văn" || d.Date != "2018-09-28" || len(d.To) != 3 || d.Other.Pages != 22 {
		t.Errorf("%+v", d)
	}
	b := d.Business
	if !b.InfoChanged || !b.ReceiversChanged || len(b.Receivers) != 2 || b.Receivers[1] != (ReceiverChange{"000.00.00.H14", 1}) {
		t.Errorf("business %+v", b)
	}
	if d.Traces[0].At.Format("2006-01-02T15:04:05-07:00") != "2018-09-28T00:00:00+07:00" {
		t.Errorf("trace %v", d.Traces[0])
	}
	recall, err := Read(bytes.NewReader(sample(t, "edoc_revocation.edxml")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := ResponseFor{"000.00.00.H14", Code{"267", "VPCP-TTĐT"}, "000.00.04.G14,2012/08/06,267/VPCP-TTĐT", "2018-09-28"}
	if got := recall.Document.ResponseFor; len(got) != 1 || got[0] != want {
		t.Errorf("answers %+v", got)
	}
	if len(d.Extra) != 0 {
		t.Errorf("a sample has nothing foreign: %+v", d.Extra)
	}
}

// elements lists a message element by element: prefix, path and text, as the golden comparison needs (X14.5).
func elements(t *testing.T, raw []byte) []string {
	t.Helper()
	raw = regexp.MustCompile(`(?s)<Signature>.*</Signature>`).ReplaceAll(raw, nil)
	dec := xml.NewDecoder(bytes.NewReader(raw))
	var path, out []string
	text := ""
	for {
		tok, err := dec.RawToken()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			name := x.Name.Local
			if x.Name.Space != "" {
				name = x.Name.Space + ":" + name
			}
			for _, a := range x.Attr {
				name += " " + a.Name.Space + ":" + a.Name.Local + "=" + a.Value
			}
			path, text = append(path, name), ""
			out = append(out, strings.Join(path, "/"))
		case xml.CharData:
			text += string(x)
		case xml.EndElement:
			here := strings.Join(path, "/")
			if value := norm.NFC.String(strings.TrimSpace(text)); value != "" {
				out = append(out, here+" = "+value)
			}
			path, text = path[:len(path)-1], ""
		}
	}
}

func withoutTarget(lines []string) []string {
	return slices.DeleteFunc(lines, func(l string) bool { return strings.Contains(l, "Bussiness/edXML:DocumentId") })
}

// TestWriterEqualsTheSamples reads each sample, writes it again and compares element by element (X14.1, X14.5).
// N15: our messages equal the national samples element by element.
func TestWriterEqualsTheSamples(t *testing.T) {
	for _, name := range []string{"edoc_new", "edoc_update", "edoc_replacement", "edoc_revocation"} {
		t.Run(name, func(t *testing.T) {
			raw := sample(t, name+".edxml")
			var content []byte
			m, err := Read(bytes.NewReader(raw), Options{Sink: func(_ Attachment, r io.Reader) (err error) {
				content, err = io.ReadAll(r)
				return err
			}})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			a := m.Attachments[0]
			written, err := WriteDocument(&out, m.Document, []File{{Name: a.Name, Description: a.Description, ContentID: a.ContentID, Size: a.Size, Open: opener(content)}}, NationalForm)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, withoutTarget(dropContent(elements(t, out.Bytes()))), withoutTarget(dropContent(elements(t, raw))))
			again, err := Read(bytes.NewReader(out.Bytes()), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if again.SHA256 != written.SHA256 || again.Size != written.Size || again.Attachments[0].SHA256 != a.SHA256 {
				t.Errorf("written %+v, read %+v", written, again)
			}
		})
	}
	for _, name := range []string{"01_inbox", "02_rejection", "03_acceptance", "04_assignment", "05_processing", "06_finish"} {
		t.Run(name, func(t *testing.T) {
			raw := sample(t, "status_"+name+".edxml")
			m, err := Read(bytes.NewReader(raw), Options{})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if _, err := WriteStatus(&out, m.Status); err != nil {
				t.Fatal(err)
			}
			compare(t, elements(t, out.Bytes()), elements(t, raw))
		})
	}
}

func dropContent(lines []string) []string {
	return slices.DeleteFunc(lines, func(l string) bool {
		return strings.Contains(l, "ContentTransferEncoded") && strings.Contains(l, " = ")
	})
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	for i := 0; i < max(len(got), len(want)); i++ {
		g, w := "(end)", "(end)"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Fatalf("element %d\n got %s\nwant %s", i, g, w)
		}
	}
}

func opener(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

func quarantineCode(err error) string {
	var q *Quarantine
	if errors.As(err, &q) {
		return q.Code
	}
	return ""
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
