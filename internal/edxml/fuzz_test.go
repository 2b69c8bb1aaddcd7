package edxml

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"
)

// FuzzRead: no input crashes the reader or escapes its limits, every refusal has a sentence, and what is read can be forwarded and is
// then read as the same document.
func FuzzRead(f *testing.F) {
	f.Add(example(f, nil))
	f.Add(example(f, withFile("x.doc", zipOf(f, "a.doc", "nội dung"))))
	f.Add(example(f, replaceAll(` xmlns:edXML="`+NS+`"`, "")))
	f.Add(example(f, replace("<edXML:SteeringType>", `<x:a xmlns:x="u"><b c="&lt;"/></x:a><![CDATA[x]]><edXML:SteeringType>`)))
	var status bytes.Buffer
	if _, err := WriteStatus(&status, exampleStatus()); err != nil {
		f.Fatal(err)
	}
	f.Add(status.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		opt := Options{MaxFile: 1 << 16, MaxText: 1 << 14, SpoolDir: t.TempDir()}
		var files []File
		opt.Sink = func(a Attachment, r io.Reader) error {
			c, err := io.ReadAll(r)
			if int64(len(c)) != a.Size || a.Size > 1<<16 {
				t.Fatalf("%+v has %d bytes", a, len(c))
			}
			files = append(files, File{Name: a.Name, Size: a.Size, Open: opener(c)})
			return err
		}
		m, err := Read(bytes.NewReader(raw), opt)
		var q *Quarantine
		switch {
		case errors.As(err, &q):
			if text, _ := q.Reason(); text == "" || q.Partial == nil {
				t.Fatalf("%s without a sentence", q.Code)
			}
			return
		case err != nil:
			t.Fatal(err)
		case m.Size != int64(len(raw)):
			t.Fatalf("size %d of %d", m.Size, len(raw))
		case m.Document == nil:
			return
		}
		var out bytes.Buffer
		if _, err := WriteDocument(&out, m.Document, files, PlainForm); err != nil {
			return // received messages may lack what we must not omit
		}
		opt.Sink = nil
		again, err := Read(bytes.NewReader(out.Bytes()), opt)
		if err != nil {
			t.Fatalf("forwarded message is unreadable: %v %v\n%s", err, err.(*Quarantine).Args, out.Bytes())
		}
		if len(again.Document.To) != len(m.Document.To) || !reflect.DeepEqual(again.Document.From.OrganID, clean(m.Document.From.OrganID)) ||
			again.Document.Business.Kind != m.Document.Business.Kind || len(again.Document.Extra) < len(m.Document.Extra) {
			t.Fatalf("changed on the way:\n%+v\n%+v", m.Document, again.Document)
		}
	})
}
