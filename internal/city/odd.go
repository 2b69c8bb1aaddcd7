package city

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
)

// What goes wrong in a real quarter: a file changed after its signature, junk on the axis, paper copies of what came by exchange already.

// forger gives the exchange other bytes for a file than those that were signed, as somebody who sits in the sender's file room could.
type forger struct {
	blob.Store
	swapped sync.Map
}

// Open gives the file under an address, or what was put in its place.
func (f *forger) Open(ctx context.Context, sha string) (*blob.File, error) {
	if other, ok := f.swapped.Load(sha); ok {
		sha = other.(string)
	}
	return f.Store.Open(ctx, sha)
}

// forge changes one word of the signed main file on its way to the packing room. The sender's own file stays whole.
func (s *Seeder) forge(ctx context.Context, w *paperwork) error {
	files, err := documents.Files(ctx, s.DB, w.from.clerk().actor, w.doc.Ref())
	if err != nil {
		return err
	}
	b, err := blob.ReadAll(ctx, s.Desk.Blobs, files[0].SHA, files[0].Size)
	if err != nil {
		return err
	}
	forged, err := altered(b)
	if err != nil {
		return err
	}
	ref, err := s.Desk.Blobs.Put(ctx, bytes.NewReader(forged), int64(len(forged)))
	if err == nil {
		s.forger.swapped.Store(files[0].SHA, ref.SHA)
	}
	return err
}

// altered changes the title in the metadata, which lies open in PDF/A: every signature covers it, and every reader still opens the file.
func altered(b []byte) ([]byte, error) {
	out := bytes.Clone(b)
	at := bytes.Index(out, []byte("<dc:title>"))
	end := bytes.Index(out[max(at, 0):], []byte("</dc:title>"))
	if at < 0 || end < 0 {
		return nil, errors.New("city: no title in the metadata to forge")
	}
	for i := at + end - 1; i > at; i-- {
		if c := out[i]; c >= 'a' && c <= 'y' && out[i-1] != '<' && out[i-1] != '/' && out[i-1] != ':' && out[i+1] != '>' {
			out[i]++
			return out, nil
		}
	}
	return nil, errors.New("city: no letter in the title to forge")
}

// junk is what strangers and broken programs put on the axis.
var junk = []struct{ id, body string }{
	{"fax-0001", "%PDF-1.4\nban fax cu, khong phai goi tin edXML\n%%EOF\n"},
	{"thu-0002", `<?xml version="1.0" encoding="UTF-8"?><thu><nguoigui>phan mem cu</nguoigui><noidung>Gói tin thử</noidung>`},
	{"rong-0003", "\x00\x01\x02\x03 goi tin hong"},
}

// odd plans the oddities beside the forged documents, which document() marks.
func (p *plan) odd() {
	s := p.seeder
	all := s.hall.agencies
	for i, j := range junk {
		from, to := &all[8+i], &all[i]
		c := chain{p: p}
		c.then(p.time(len(p.days)-4+i, 9*60, 10*60), "junk from "+from.short, func(ctx context.Context) error {
			return s.Exchange.Axis.Send(ctx, axis.Parcel{ID: from.code + "/" + j.id, From: from.code, To: to.code, Kind: "edoc", Body: []byte(j.body)})
		})
	}
	copies := 0
	for i := len(p.received) - 1; i >= 0 && copies < 2; i-- {
		if r := p.received[i]; r.of != nil && r.begun != nil && r.of.answers == nil && !r.of.forged && (r.fate == started || r.fate == assigned || r.fate == submitted) {
			p.copyOnPaper(r, copies == 1)
			copies++
		}
	}
}

// copyOnPaper: the same document comes on paper too; one clerk joins it to the first, another has not decided yet.
func (p *plan) copyOnPaper(r *receipt, decided bool) {
	s := p.seeder
	twin := &receipt{at: r.at, twin: r, decided: decided, fate: arrived, turn: p.next()}
	p.received = append(p.received, twin)
	c := chain{p: p, last: r.begun}
	c.then(p.time(len(p.days)-1, 9*60, 10*60), "paper copy at "+r.at.short, func(ctx context.Context) error {
		of := r.of.doc
		if of == nil || of.DocumentID == "" || r.id == 0 {
			return fmt.Errorf("the first receipt of %s: %w", r.at.short, errMissing)
		}
		number, notation, _ := strings.Cut(of.NumberText, "/")
		twin.paper = documents.EntryForm{SenderAgency: of.AgencyID, Number: number, Notation: notation, IssuedDate: of.IssuedDate, TypeCode: of.TypeCode, Subject: of.Subject,
			SignerName: of.SignerName, SignerPosition: r.of.signer.title, PageAmount: 2, Note: "Bản giấy gửi qua bưu chính."}
		if err := s.enter(ctx, twin); err != nil || !decided {
			return err
		}
		return s.enrolReceipt(ctx, twin, documents.RegisterForm{Twin: documents.TwinLink, TwinOf: r.id})
	})
}

// paper plans what comes by post and is typed in.
func (p *plan) paper(n int) {
	all := p.seeder.hall.agencies
	for i := range n {
		from := paperSenders[i%len(paperSenders)]
		day := 2 + i*(len(p.days)-9)/n
		r := &receipt{at: &all[(i*5+int(p.r.Uint32()%3))%len(all)], role: documents.ForAction, turn: p.next(), fate: []int{finished, finished, started, finished, assigned, noted}[i%6]}
		p.handlers(r)
		r.paper = documents.EntryForm{SenderName: from.name, IssuedDate: calendar.Default().PreviousWorking(p.days[day-1]), TypeCode: "CONG_VAN", Subject: paperSubjects[i%len(paperSubjects)],
			SignerName: from.signer, SignerPosition: from.position, PageAmount: 1 + i%4, Urgency: []documents.Urgency{documents.Ordinary, documents.Urgent, documents.Ordinary}[i%3]}
		if from.notation != "" {
			r.paper.Number, r.paper.Notation = fmt.Sprint(211+37*i), from.notation
		}
		p.receive(r, day, chain{p: p})
	}
}
