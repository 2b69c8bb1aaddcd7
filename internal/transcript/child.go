package transcript

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"congvu/internal/confined"
)

// cells bound what runs at once on this machine, whoever asks: two readers of PDF, one recogniser; beside them one each for which nobody waits, so that
// no person stands behind a reading that itself gives way.
var (
	pdfCell   = &confined.Cell{Parallel: 2}
	ocrCell   = &confined.Cell{Parallel: 1}
	pdfBehind = &confined.Cell{Parallel: 1}
	ocrBehind = &confined.Cell{Parallel: 1}
)

// run runs a program in the cell of those who wait or of those who do not. A limit of processor time is one of the clock, too, unless nobody waits.
func (r *Reader) run(ctx context.Context, waited, behind *confined.Cell, o confined.Order) (*confined.Outcome, error) {
	o.Limits.Wall = o.Limits.Processor
	if r.behind {
		o.Behind, o.Limits.Wall, waited = true, MostBehind, behind
	}
	return waited.Run(ctx, o)
}

// asked goes to the child before the file, answered comes back.
type asked struct {
	Cache   string `json:"cache"`
	Pages   int    `json:"pages"` // of the text layer
	Fonts   bool   `json:"fonts,omitempty"`
	Picture *Page  `json:"picture,omitempty"` // draw this page instead
	Size    int    `json:"size"`
}

type answered struct {
	Text    *Text  `json:"text,omitempty"`
	Picture []byte `json:"picture,omitempty"`
	Refused string `json:"refused,omitempty"`
	Cause   string `json:"cause,omitempty"`
}

// ask lets the child do it where there is one, else does it here.
func (r *Reader) ask(ctx context.Context, q asked, b []byte) (*answered, error) {
	q.Cache, q.Size = r.CacheDir, len(b)
	if len(r.Command) == 0 || !confined.Found(r.Command[0]) {
		return q.answer(ctx, b)
	}
	head, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	env := []string{"GOMEMLIMIT=300MiB"}
	if mark := os.Getenv(ChildMark); mark != "" {
		env = append(env, ChildMark+"="+mark)
	}
	out, err := r.run(ctx, pdfCell, pdfBehind, confined.Order{Program: r.Command[0], Args: r.Command[1:], Env: env, Stdin: io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(b)),
		Limits: confined.Limits{Processor: layerTime, Memory: 900 << 20, Space: -1, Output: 48 << 20}}) // the compiler of a first run needs most of it
	if err != nil {
		return nil, ended(ctx, err)
	}
	var a answered
	if err := json.Unmarshal(out.Stdout, &a); err != nil {
		return nil, ErrUnreadable.because(fmt.Errorf("reader process: %w", err))
	}
	if refusal := byCode(a.Refused); refusal != nil {
		return nil, refusal.because(errors.New(a.Cause))
	}
	if a.Cause != "" || a.Text == nil && a.Picture == nil {
		return nil, ErrUnreadable.because(errors.New(a.Cause))
	}
	return &a, nil
}

// ended turns the end of a program into this package's refusals.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, confined.ErrDeadline) {
		return ErrTooLong.because(err)
	}
	var refused *confined.Refusal
	if errors.As(err, &refused) {
		return ErrUnreadable.because(err)
	}
	return err
}

// answer does in this process what was asked.
func (q asked) answer(ctx context.Context, b []byte) (*answered, error) {
	ctx, stop := context.WithTimeout(ctx, layerTime)
	defer stop()
	a := &answered{}
	err := engineOf(q.Cache).withPDF(ctx, b, func(d document) (err error) {
		if q.Picture != nil {
			a.Picture, err = d.picture(*q.Picture)
			return err
		}
		a.Text, err = d.all(q.Pages, q.Fonts)
		return err
	})
	return a, err
}

// ChildMark is the variable by which a test binary knows that it is the child.
const ChildMark = "CONGVU_TRANSCRIBE"

// Serve is the child: one question on in, one answer on out.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	all, err := io.ReadAll(io.LimitReader(in, MostBytes+64<<10))
	if err != nil {
		return err
	}
	head, body, _ := bytes.Cut(all, []byte("\n"))
	var q asked
	if err := json.Unmarshal(head, &q); err != nil || q.Size != len(body) {
		return fmt.Errorf("transcribe: the question is not whole: %v", err)
	}
	a, err := q.answer(ctx, body)
	if err != nil {
		a = &answered{Cause: err.Error()}
		var refused *Refusal
		if errors.As(err, &refused) {
			a.Refused = refused.Code
		}
	}
	return json.NewEncoder(out).Encode(a)
}

const ocrPageTime = 90 * time.Second

// recognise runs tesseract over one picture, on one processor.
func (r *Reader) recognise(ctx context.Context, program string, picture []byte) (recognised, error) {
	out, err := r.run(ctx, ocrCell, ocrBehind, confined.Order{Program: program, Args: []string{"stdin", "stdout", "-l", "vie", "--dpi", fmt.Sprint(scanDPI), "tsv"},
		Env: []string{"OMP_THREAD_LIMIT=1"}, Stdin: bytes.NewReader(picture), Limits: confined.Limits{Processor: ocrPageTime, Memory: 1 << 30, Output: 8 << 20}})
	if err != nil {
		return recognised{}, ended(ctx, err)
	}
	return readTSV(out.Stdout), nil
}
