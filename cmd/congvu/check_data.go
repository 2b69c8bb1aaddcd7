package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"congvu/internal/audit"
	"congvu/internal/blob"
	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/exchange"
	"congvu/internal/i18n"
	"congvu/internal/notify"
	"congvu/internal/org"
	"congvu/internal/store"
)

const checkDataLine = "check-data --data THƯ_MỤC [--db postgres://…] [--blobs s3://…] [--quick] [--sample SỐ] [--json]"

const checkDataHelp = `
Khóa sổ: số đi và số đến không thiếu, không trùng; biên nhận, gói tin và văn bản hai bên khớp nhau; mọi tệp có đủ và nguyên vẹn; nhật ký giải thích
mọi số và trạng thái và còn nguyên như đã niêm phong; chữ ký trên tệp đúng như dữ liệu ghi; quyền, chỉ mục, thông báo chỉ tới những gì có thật.
Chỉ đọc, tại một thời điểm; máy chủ vẫn chạy được.

--quick   không đọc nội dung tệp, không kiểm tra chữ ký và niêm phong.
--sample  chỉ kiểm tra chữ ký của một trên ngần ấy văn bản.

Mã kết thúc: 0 khớp; 1 có sai lệch; 2 gõ sai lệnh; 3 không đọc được dữ liệu.
`

// checked is what check-data found.
type checked struct {
	At         time.Time        `json:"at"`
	Rows       int64            `json:"looked_at"`
	Files      int              `json:"files"`
	Orphans    int              `json:"orphans"`
	Signatures int64            `json:"signed_documents"`
	Sealed     int64            `json:"sealed_lines"`
	Unsealed   int64            `json:"unsealed_lines"`
	Searched   bool             `json:"index_compared"`
	Total      int64            `json:"findings"`
	Kinds      map[string]int64 `json:"kinds,omitempty"`
	List       []saidFinding    `json:"first,omitempty"`
	Took       float64          `json:"seconds"`
}

// saidFinding is a finding in words.
type saidFinding struct {
	Kind   string `json:"kind"`
	Agency string `json:"agency"`
	Ref    string `json:"ref"`
	Text   string `json:"text"`
}

// checking says how thoroughly an installation is looked at.
type checking struct {
	Quick  bool
	Sample int64
	Step   func(step string, n int64)
}

// checkDataVerb closes the book of an installation.
func checkDataVerb(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "check-data", checkDataLine)
	line := fs.Usage
	fs.Usage = func() { line(); fmt.Fprint(w.err, checkDataHelp) }
	s := newSettings(w, fs, false)
	quick := fs.Bool("quick", false, "không đọc nội dung tệp, không kiểm tra chữ ký và niêm phong")
	sample := fs.Int64("sample", 1, "chỉ kiểm tra chữ ký của một trên ngần ấy văn bản")
	asJSON := fs.Bool("json", false, "in kết quả dạng JSON")
	if rest, err := parse(fs, args); err != nil {
		return err
	} else if len(rest) > 0 || *sample < 1 {
		return badUsage("cách dùng: congvu " + checkDataLine)
	}
	in, err := openTables(ctx, s, opening{})
	if err != nil {
		fmt.Fprintln(w.err, "congvu: "+explain(err))
		return exit(3)
	}
	defer in.Close()
	c, err := in.check(ctx, checking{Quick: *quick, Sample: *sample, Step: func(step string, n int64) {
		if n == 0 {
			fmt.Fprintln(w.err, step+"…")
		} else {
			fmt.Fprintf(w.err, "%s… %d\n", step, n)
		}
	}})
	if err != nil {
		fmt.Fprintln(w.err, "congvu: "+explain(err))
		return exit(3)
	}
	if *asJSON {
		e := json.NewEncoder(w.out)
		e.SetIndent("", "  ")
		if err := e.Encode(c); err != nil {
			return err
		}
	} else {
		c.print(w.out)
	}
	if c.Total > 0 {
		return exit(1)
	}
	return nil
}

func (c *checked) print(out io.Writer) {
	for _, f := range c.List {
		fmt.Fprintf(out, "SAI [%s] %s: %s\n", f.Kind, f.Agency, f.Text)
	}
	if more := c.Total - int64(len(c.List)); more > 0 {
		fmt.Fprintf(out, "… và %d sai lệch khác.\n", more)
	}
	if c.Total == 0 {
		fmt.Fprintf(out, "Dữ liệu khớp: %s.\n", c.looked())
	} else {
		fmt.Fprintf(out, "%d sai lệch; đã xem %s.\n", c.Total, c.looked())
	}
}

func (c *checked) looked() string {
	s := fmt.Sprintf("%d dòng, %d tệp (%d không thuộc dòng nào), %d văn bản có chữ ký được kiểm tra, %d dòng nhật ký niêm phong (%d chờ), %.1f giây", c.Rows, c.Files, c.Orphans, c.Signatures, c.Sealed, c.Unsealed, c.Took)
	if !c.Searched {
		s += "; chỉ mục tìm kiếm còn chờ nên chưa đối chiếu"
	}
	return s
}

// check looks at an installation as of one moment.
func (in *installation) check(ctx context.Context, how checking) (*checked, error) {
	begun := time.Now()
	out := &checked{}
	f := &store.Findings{Step: how.Step}
	snap, err := in.DB.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	out.At = snap.At.Time()
	f.Begin("Cơ sở dữ liệu")
	if err := snap.Pages(ctx, !how.Quick, f); err != nil {
		return nil, err
	}
	if err := in.look(ctx, snap, how, f, out); err != nil {
		return nil, err
	}
	out.Rows, out.Total, out.Kinds = f.Seen, f.Total, f.Kinds
	if out.List, err = in.tell(ctx, f.List); err != nil {
		return nil, err
	}
	out.Took = time.Since(begun).Seconds()
	return out, nil
}

// look lets each room look at its own tables, and compares them with the files and the sealed journal.
func (in *installation) look(ctx context.Context, r store.Reader, how checking, f *store.Findings, out *checked) error {
	for _, s := range []struct {
		name string
		do   func() error
	}{
		{"Nhật ký", func() error { return store.Check(ctx, r, f) }},
		{"Sổ, số, văn bản, quyền", func() error { return documents.Check(ctx, r, f) }},
		{"Hồ sơ", func() error { return dossiers.CheckItems(ctx, r, f) }},
		{"Gửi nhận liên thông", func() error { return exchange.Check(ctx, r, f) }},
		{"Thông báo", func() error { return notify.Check(ctx, r, f) }},
		{"Chỉ mục tìm kiếm", func() (err error) { out.Searched, err = in.index().Check(ctx, r, f); return err }},
		{"Tệp", func() error { return in.checkFiles(ctx, r, how, f, out) }},
		{"Chữ ký", func() (err error) {
			if !how.Quick {
				out.Signatures, err = documents.CheckSignatures(ctx, in.Desk, r, how.Sample, f)
			}
			return err
		}},
		{"Niêm phong", func() error { return in.checkSeal(ctx, how, f, out) }},
	} {
		f.Begin(s.name)
		if err := s.do(); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// checkFiles compares the rows that name files with the store of files. Orphans are counted, not blamed: a file waits for its row up to a day.
func (in *installation) checkFiles(ctx context.Context, r store.Reader, how checking, f *store.Findings, out *checked) error {
	ledger, err := blob.Take(ctx, in.Blobs, !how.Quick, func() { f.Saw(1) }, func(sha string, err error) {
		f.Add("blob-damaged", 0, sha, store.Say("Tệp {sha} không còn đúng nội dung đã cất.", "sha", sha))
	})
	if err != nil {
		return err
	}
	for _, named := range []func(context.Context, store.Reader) iter.Seq2[blob.Named, error]{documents.NamedFiles, exchange.NamedFiles, dossiers.NamedFiles} {
		for n, err := range named(ctx, r) {
			if err != nil {
				return err
			}
			f.Saw(1)
			verdict, err := ledger.Judge(ctx, n)
			if err != nil {
				return err
			}
			switch verdict {
			case blob.Missing:
				f.Add("blob-missing", n.AgencyID, n.Ref, store.Say("Tệp {sha} của {ref} ({place}) không có trong kho.", "sha", n.SHA, "ref", n.Ref, "place", n.Place))
			case blob.OtherLen:
				f.Add("blob-size", n.AgencyID, n.Ref, store.Say("Tệp {sha} của {ref} ({place}) không dài như dữ liệu ghi.", "sha", n.SHA, "ref", n.Ref, "place", n.Place))
			}
		}
	}
	out.Orphans, out.Files = ledger.Orphans()
	return nil
}

// checkSeal recomputes the sealed journal.
func (in *installation) checkSeal(ctx context.Context, how checking, f *store.Findings, out *checked) error {
	if how.Quick {
		return nil
	}
	v, err := in.Log.Verify(ctx)
	if err != nil {
		return err
	}
	sample, err := store.Setting(ctx, in.DB, 0, settingBuilt, "")
	if err != nil {
		return err
	}
	for _, x := range v.Findings {
		if sample != "" && x.Kind == audit.FoundBackdated {
			continue // the clock of a sample city jumps while several of its steps are played side by side
		}
		f.Add("seal-"+x.Kind, 0, x.Ref, x.Text)
	}
	f.Total += v.More
	f.Saw(v.Leaves)
	out.Sealed, out.Unsealed = v.Entries, v.Unsealed
	return nil
}

// tell puts findings into words, with the code of the agency.
func (in *installation) tell(ctx context.Context, list []store.Finding) ([]saidFinding, error) {
	out := []saidFinding{}
	for _, f := range list {
		name := "hệ thống"
		if f.Agency != 0 {
			name = fmt.Sprint("cơ quan ", f.Agency)
			if a, err := org.FindAgency(ctx, in.DB, org.AgencyID(f.Agency)); err == nil {
				name = a.Code
			}
		}
		out = append(out, saidFinding{f.Kind, name, f.Ref, i18n.Sentence(i18n.VI, f.Text)})
	}
	return out, nil
}
