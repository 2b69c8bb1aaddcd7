package exchange

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"io"
	"strings"

	"congvu/internal/blob"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/xmldsig"
)

// listener keeps what of a file was packed.
type listener struct {
	io.ReadCloser
	heard bytes.Buffer
}

func (l *listener) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	l.heard.Write(p[:n])
	return n, err
}

// listen gives what reads a file for packing: what went into the parcel is what counts, not what its row says.
func (c *carrier) listen(p Parcel, f documents.File) func(io.ReadCloser, error) (io.ReadCloser, error) {
	return func(in io.ReadCloser, err error) (io.ReadCloser, error) {
		if c == nil || err != nil {
			return in, err
		}
		l := &listener{ReadCloser: in}
		at := [2]int64{p.AgencyID, p.ID}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.told[at] = append(c.told[at], l)
		return l, nil
	}
}

var startOfPDF = []byte("%PDF-")

// learn notes what the parcel that was just packed holds, as a receiver would find it: the message is read from a copy whose files are cut short, the files are judged
// once. A parcel with other files than whole PDFs, or of a sender whom receivers would not believe, stays unknown and is opened.
func (c *carrier) learn(ctx context.Context, doc *consignment, p Parcel, lines []Delivery, ref blob.Ref) error {
	at := [2]int64{p.AgencyID, p.ID}
	c.mu.Lock()
	heard := c.told[at]
	delete(c.told, at)
	c.mu.Unlock()
	if len(heard) != len(doc.Files) {
		return nil
	}
	us, err := c.calledAt(ctx, p.AgencyID, p.At)
	if err != nil {
		return err
	}
	who, err := c.here(ctx, us.Wire)
	if err != nil || who == nil || int64(who.ID) != p.AgencyID {
		return err
	}
	if believed, err := c.believed(ctx, us, who); err != nil || !believed {
		return err
	}
	now := c.o.DB.Now()
	x := &opened{signature: trusted, sender: who.sender(us.Wire)}
	var stubs []edxml.File
	for i, f := range doc.Files {
		b := heard[i].heard.Bytes()
		sum := sha256.Sum256(b)
		if hex.EncodeToString(sum[:]) != f.SHA || !bytes.HasPrefix(b, startOfPDF) || !strings.HasSuffix(strings.ToLower(f.Name), ".pdf") || len(b) > maxFile {
			return nil
		}
		stubs = append(stubs, edxml.File{Name: f.Name, Size: int64(len(startOfPDF)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(startOfPDF)), nil }})
	}
	var b bytes.Buffer
	if _, err := edxml.WriteDocument(&b, p.message(us, doc, lines), stubs, edxml.NationalForm); err != nil {
		return err
	}
	if x.message, err = edxml.Read(&b, c.o.reading(nil)); err != nil || len(x.message.Attachments) != len(heard) {
		return nil // who opens it says why
	}
	for i := range x.message.Attachments {
		a := &x.message.Attachments[i]
		content := heard[i].heard.Bytes()
		a.Size, a.SHA256 = int64(len(content)), doc.Files[i].SHA
		f := documents.File{Name: a.Name, Size: a.Size, SHA: a.SHA256, Media: mediaOf(*a), Ordinal: i}
		if err := c.o.judgeFile(&f, content, now); err != nil {
			return err
		}
		x.files = append(x.files, f)
	}
	x.message.SHA256, x.message.Size, x.message.Signature = ref.SHA, ref.Size, edxml.XMLDSigSignature
	if i := edxml.MainFile(x.message.Attachments); i >= 0 {
		x.files[i].Main = true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[at] = x
	return nil
}

// penOf is what an agency of this house signs its packets with, asked for once.
func (c *carrier) penOf(ctx context.Context, us agency) (*pen, error) {
	c.mu.Lock()
	p, known := c.pens[int64(us.ID)]
	c.mu.Unlock()
	if known {
		return p, nil
	}
	got, err := c.o.packetPen(ctx, us)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pens[int64(us.ID)] = &got
	return &got, nil
}

// believed tells whether a receiver believes what an agency signs its packets with; who is the agency as it is called now.
func (c *carrier) believed(ctx context.Context, us agency, who *agency) (bool, error) {
	c.mu.Lock()
	ok, known := c.trusted[us.ID]
	c.mu.Unlock()
	if known {
		return ok, nil
	}
	p, err := c.penOf(ctx, us)
	if err != nil {
		return false, err
	}
	if ok, err = c.o.bound(ctx, int64(who.ID), p.cert); err != nil {
		return false, err
	}
	ok = (ok || names(p.cert, who.sender(us.Wire).Codes)) && c.o.chained(&xmldsig.Result{Certificate: p.cert, Certificates: append([]*x509.Certificate{p.cert}, p.chain...)}, c.o.DB.Now().Time()) == nil
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trusted[us.ID] = ok
	return ok, nil
}
