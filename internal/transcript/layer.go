package transcript

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"io"
	"math"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

const (
	sandboxPages = 192 << 20 >> 16 // memory of one file's sandbox
	layerTime    = time.Minute
	idleTime     = time.Minute
	fewLetters   = 40 // a page with fewer is taken for a scan
	scanDPI      = 200
)

// engine holds the compiled PDFium while it is in use, and lets it go a minute later.
type engine struct {
	mu    sync.Mutex
	pool  pdfium.Pool
	cache string // folder of the compiled code, "" = none
	used  int
	timer *time.Timer
}

var engines sync.Map // cache folder → *engine

func engineOf(cache string) *engine {
	e, _ := engines.LoadOrStore(cache, &engine{cache: cache})
	return e.(*engine)
}

// sandbox starts one file's sandbox; done throws it away.
func (e *engine) sandbox(ctx context.Context) (in pdfium.Pdfium, done func(), err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pool == nil {
		if e.pool, err = open(e.cache); err != nil {
			return nil, nil, fmt.Errorf("transcript: %w", err)
		}
	}
	in, err = e.pool.GetInstance(layerTime)
	if err != nil {
		return nil, nil, fmt.Errorf("transcript: %w", err)
	}
	e.used++
	killed := context.AfterFunc(ctx, func() { in.Kill() }) // ends code that runs on and on
	return in, func() {
		if killed() {
			in.Close()
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.used--; e.used == 0 {
			if e.timer != nil {
				e.timer.Stop()
			}
			e.timer = time.AfterFunc(idleTime, e.close)
		}
	}, nil
}

// close gives the compiled code back once nobody has used it for a while.
func (e *engine) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.used == 0 && e.pool != nil {
		e.pool.Close()
		e.pool = nil
		debug.FreeOSMemory()
	}
}

func open(cache string) (pdfium.Pool, error) {
	rules := wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(sandboxPages).WithCloseOnContextDone(true)
	if cache != "" {
		kept, err := wazero.NewCompilationCacheWithDir(cache)
		if err != nil {
			return nil, err
		}
		rules = rules.WithCompilationCache(kept)
	}
	return webassembly.Init(webassembly.Config{MaxIdle: 1, MaxTotal: 4, RuntimeConfig: rules, Stdout: io.Discard, Stderr: io.Discard,
		FSConfig: wazero.NewFSConfig()}) // no file of the machine is seen from inside
}

// document is one opened PDF.
type document struct {
	in pdfium.Pdfium
	at references.FPDF_DOCUMENT
	n  int
}

// withPDF opens a file in a sandbox of its own. A crash of the code inside, also by the end of its memory, is a refusal.
func (e *engine) withPDF(ctx context.Context, b []byte, use func(d document) error) (err error) {
	in, done, err := e.sandbox(ctx)
	if err != nil {
		return err
	}
	defer done()
	defer func() {
		if p := recover(); p != nil {
			err = ErrUnreadable.because(fmt.Errorf("PDFium stopped: %.200v", p))
		}
		if ctx.Err() != nil {
			err = ErrTooLong.because(ctx.Err())
		}
	}()
	opened, err := in.OpenDocument(&requests.OpenDocument{File: &b})
	if err != nil {
		return ErrUnreadable.because(err)
	}
	count, err := in.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	if err != nil {
		return ErrUnreadable.because(err)
	}
	return use(document{in, opened.Document, count.PageCount})
}

func (d document) page(i int) requests.Page {
	return requests.Page{ByIndex: &requests.PageByIndex{Document: d.at, Index: i}}
}

// all reads the text layers of the first pages.
func (d document) all(most int, fonts bool) (*Text, error) {
	t := &Text{Total: d.n, Cut: d.n > mostPages}
	for i := range min(d.n, max(1, most), mostPages) {
		p, err := d.text(i, fonts)
		if err != nil {
			return nil, err
		}
		t.Pages = append(t.Pages, p)
	}
	t.trim()
	return t, nil
}

// text reads the text layer of a page, numbered from 0.
func (d document) text(i int, fonts bool) (Page, error) {
	p := Page{Number: i + 1}
	d.flatten(i)
	size, err := d.in.GetPageSize(&requests.GetPageSize{Page: d.page(i)})
	if err != nil {
		return p, ErrUnreadable.because(err)
	}
	p.Width, p.Height = size.Width, size.Height
	found, err := d.in.GetPageTextStructured(&requests.GetPageTextStructured{Page: d.page(i), Mode: requests.GetPageTextStructuredModeRects, CollectFontInformation: fonts})
	if err != nil {
		return p, nil // a page that cannot be read is a page without a layer
	}
	var pieces []piece
	letters := 0
	for _, r := range found.Rects {
		if letters += len(r.Text); letters > 3*mostLetters {
			break
		}
		at := r.PointPosition
		pieces = append(pieces, piece{r.Text, Box{at.Left, p.Height - at.Top, at.Right, p.Height - at.Bottom}, 1, fontOf(r.FontInformation)})
	}
	if p.Lines = lines(pieces); len(p.Lines) > 0 {
		p.Source = Layer
	}
	return p, nil
}

const (
	italicFlag = 1 << 6 // PDF 32000-1, table 123
	forceBold  = 1 << 18
	boldWeight = 600
)

// fontOf reads what PDFium says about the letters of a piece.
func fontOf(f *responses.FontInformation) Font {
	if f == nil {
		return Font{}
	}
	out := Font{Family: clean(f.Name), Size: f.Size}
	if f.RenderedSize > 0 {
		out.Size = f.RenderedSize
	}
	if mark, rest, ok := strings.Cut(out.Family, "+"); ok && len(mark) == 6 {
		out.Family = rest
	}
	name := strings.ToLower(out.Family)
	out.Bold = f.Weight >= boldWeight || f.Flags&forceBold != 0 || strings.Contains(name, "bold")
	out.Italic = f.Flags&italicFlag != 0 || strings.Contains(name, "italic") || strings.Contains(name, "oblique")
	if math.IsNaN(out.Size) || out.Size < 0 || out.Size > 1000 {
		out.Size = 0
	}
	return out
}

// flatten prints the filled fields of a page onto it: number and date of an electronic document are fields. What cannot be flattened is read as it is.
func (d document) flatten(i int) {
	loaded, err := d.in.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: d.at, Index: i})
	if err != nil {
		return
	}
	_, _ = d.in.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: requests.Page{ByReference: &loaded.Page}, Usage: requests.FPDFPage_FlattenUsageNormalDisplay})
	_, _ = d.in.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
}

func (p Page) letters() int {
	n := 0
	for _, l := range p.Lines {
		n += len(l.Text)
	}
	return n
}

// picture draws a page in grey for the recogniser.
func (d document) picture(p Page) ([]byte, error) {
	d.flatten(p.Number - 1)
	dpi := scanDPI
	if across := max(p.Width, p.Height); across > 0 && across/72*float64(dpi) > 4000 {
		dpi = max(20, int(4000/(across/72)))
	}
	drawn, err := d.in.RenderPageInDPI(&requests.RenderPageInDPI{Page: d.page(p.Number - 1), DPI: dpi, ImageFormat: requests.RenderImageFormatGrayscale})
	if err != nil {
		return nil, ErrUnreadable.because(err)
	}
	defer drawn.Cleanup()
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, drawn.Result.RenderedImage)
	return b.Bytes(), err
}
