package transcript

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/jpeg" // the sizes of pictures
	_ "image/png"
	"time"

	_ "golang.org/x/image/tiff"
)

// Media types that have text.
const (
	mediaPDF   = "application/pdf"
	mostPixels = 60 << 20
	ocrTime    = 5 * time.Minute
)

// Reader reads files. The zero value reads text layers in this process, and scans where tesseract is found.
type Reader struct {
	Command   []string // the child process that reads for us, e.g. congvu transcribe; nil = this process
	CacheDir  string   // private folder of PDFium's compiled code; "" = compiled anew when needed (seconds)
	Tesseract string   // the recogniser's program; "" = tesseract of the PATH, "-" = none
	PagesOnly int      // read so many pages only; 0 = as many as the limits allow
	LayerOnly bool     // leave scans unread
	Fonts     bool     // tell the fonts of lines too

	behind bool
}

// MostBehind is how long Behind reads one file at most.
const MostBehind = 30 * time.Minute

// Behind is a reader for files that nobody waits for: its programs have only what all others leave of the processors, so that it may take MostBehind where
// an idle machine takes a second. A file that was not read by then answers ErrTooLong.
func (r *Reader) Behind() *Reader {
	b := *r
	b.behind = true
	return &b
}

// Reads tells whether a kind of file may have text.
func Reads(media string) bool {
	return media == mediaPDF || media == "image/jpeg" || media == "image/png" || media == "image/tiff"
}

// Read gives the text of a PDF or a picture. It waits for the work, so it is never called inside a transaction.
func (r *Reader) Read(ctx context.Context, media string, b []byte) (*Text, error) {
	if len(b) > MostBytes {
		return nil, ErrTooLarge
	}
	if !Reads(media) {
		return nil, ErrUnreadable.because(errors.New("kind of file: " + media))
	}
	most := layerTime + ocrTime
	if r.behind {
		most = MostBehind
	}
	ctx, stop := context.WithTimeout(ctx, most)
	defer stop()
	if media == mediaPDF {
		return r.pdf(ctx, b)
	}
	return r.image(ctx, b)
}

func (r *Reader) pages() int {
	if r.PagesOnly > 0 {
		return min(r.PagesOnly, mostPages)
	}
	return mostPages
}

func (r *Reader) pdf(ctx context.Context, b []byte) (*Text, error) {
	if !bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")) {
		return nil, ErrUnreadable.because(errors.New("no PDF header"))
	}
	a, err := r.ask(ctx, asked{Pages: r.pages(), Fonts: r.Fonts}, b)
	if err != nil {
		return nil, err
	}
	t := a.Text
	var scans []int
	for i, p := range t.Pages {
		if p.letters() < fewLetters {
			scans = append(scans, i)
		}
	}
	if err := r.recognisePages(ctx, t, b, scans); err != nil {
		return nil, err
	}
	t.trim()
	return t, nil
}

// recognisePages reads the pages without a text layer.
func (r *Reader) recognisePages(ctx context.Context, t *Text, b []byte, scans []int) error {
	if len(scans) == 0 || r.LayerOnly {
		t.Unread = len(scans)
		return nil
	}
	program, ok := r.tesseract()
	if !ok {
		t.Unread, t.NoOCR = len(scans), true
		return nil
	}
	for n, i := range scans {
		if n == mostOCR {
			t.Unread, t.Cut = len(scans)-n, true
			return nil
		}
		drawn, err := r.ask(ctx, asked{Picture: &Page{Number: i + 1, Width: t.Pages[i].Width, Height: t.Pages[i].Height}}, b)
		if err != nil {
			return err
		}
		p := &t.Pages[i]
		found, err := r.recognise(ctx, program, drawn.Picture)
		if err != nil {
			return err
		}
		if len(found.Lines) > 0 {
			p.Lines, p.Source = found.scaled(p.Width, p.Height), OCR
		}
	}
	return nil
}

// image recognises one picture; its page is as large as its points at 200 dpi.
func (r *Reader) image(ctx context.Context, b []byte) (*Text, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, ErrUnreadable.because(err)
	}
	if size.Width <= 0 || size.Height <= 0 || size.Width > mostPixels/size.Height {
		return nil, ErrTooLarge.because(errors.New("too many pixels"))
	}
	program, ok := r.tesseract()
	if !ok {
		return nil, ErrNoOCR
	}
	p, err := r.recognise(ctx, program, b)
	if err != nil {
		return nil, err
	}
	p.Number, p.Width, p.Height = 1, float64(size.Width)*72/scanDPI, float64(size.Height)*72/scanDPI
	if p.Lines = p.scaled(p.Width, p.Height); len(p.Lines) > 0 {
		p.Source = OCR
	}
	t := &Text{Pages: []Page{p.Page}, Total: 1}
	t.trim()
	return t, nil
}

// Picture draws one page of a PDF, numbered from 1, in grey at 200 dpi as a PNG.
func (r *Reader) Picture(ctx context.Context, b []byte, page int) ([]byte, error) {
	if len(b) > MostBytes || page < 1 || page > mostPages {
		return nil, ErrTooLarge
	}
	a, err := r.ask(ctx, asked{Picture: &Page{Number: page, Width: 842, Height: 842}}, b)
	if err != nil {
		return nil, err
	}
	return a.Picture, nil
}
