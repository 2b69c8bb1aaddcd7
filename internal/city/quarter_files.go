package city

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"path"
	"runtime"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/paper"
	"congvu/internal/workbook"

	"golang.org/x/sync/errgroup"
)

const (
	poolSize  = 200
	poolLarge = 2 // the last ones are above 2 MB
)

// pool is the files that attachments are taken from: kept and judged once, attached often. The store keeps equal bytes once (house law 7), and the act of
// attaching is the same for each.
type pool []documents.File

// poolNames are what people call what they attach, by ending.
var poolNames = map[string][]string{
	".xlsx": {"Phụ lục số liệu", "Biểu tổng hợp", "Danh sách kèm theo", "Dự toán chi tiết"},
	".docx": {"Dự thảo kèm theo", "Đề cương báo cáo", "Mẫu đăng ký", "Thuyết minh"},
	".png":  {"Bản quét có dấu", "Sơ đồ vị trí", "Ảnh hiện trạng"},
	".pdf":  {"Phụ lục ban hành kèm theo", "Danh mục nhiệm vụ"},
}

// poolKind is the ending of a file of the pool.
func poolKind(i int) string {
	switch {
	case i >= poolSize-poolLarge:
		return ".png"
	case i%10 == 9:
		return ".pdf" // few: the agency seals each of them anew
	case i%10 >= 6:
		return ".png"
	case i%10 >= 3:
		return ".docx"
	}
	return ".xlsx"
}

// fillPool makes the files that a plan wants, the same for one seed, and keeps them.
func (s *Seeder) fillPool(ctx context.Context, seed uint64, q *quarterPlan) (pool, error) {
	p := make(pool, poolSize)
	wanted := map[int]bool{}
	for _, list := range [][]*letter{q.letters, q.inside} {
		for _, w := range list {
			for _, i := range w.files {
				wanted[i] = true
			}
		}
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.NumCPU())
	for i := range p {
		if !wanted[i] {
			continue
		}
		work.Go(func() error {
			b, err := poolFile(rand.New(rand.NewPCG(seed, uint64(1000+i))), i)
			if err != nil {
				return fmt.Errorf("file %d of the pool: %w", i, err)
			}
			ending := poolKind(i)
			p[i], err = documents.KeepFile(ctx, s.Desk, 0, fmt.Sprintf("%s %d%s", poolNames[ending][i%len(poolNames[ending])], 1+i/10, ending), bytes.NewReader(b))
			return err
		})
	}
	return p, work.Wait()
}

// poolFile makes a file: documents of the usual kinds with a scanned page in them, a tenth of the size they
// have in C4.8 (median 30 kB, one in a hundred above 2 MB): every parcel keeps the bytes of its files as they were sent (decision 0044).
func poolFile(r *rand.Rand, i int) ([]byte, error) {
	size := int(30e3 * math.Exp(r.NormFloat64()*1.05))
	size = min(max(size, 4_000), 700_000)
	if i >= poolSize-poolLarge {
		size = 2_100_000 + r.IntN(300_000)
	}
	rows := func(yield func([]any) bool) {
		for n := range 12 + r.IntN(40) {
			if !yield([]any{n + 1, pick(r, quarterFields), pick(r, quarterPlaces), r.IntN(900)}) {
				return
			}
		}
	}
	out := workbook.Out{Titles: []string{"PHỤ LỤC " + strings.ToUpper(pick(r, quarterFields))}, Rows: rows,
		Columns: []workbook.OutColumn{{Title: "STT"}, {Title: "Nội dung"}, {Title: "Địa điểm"}, {Title: "Số lượng"}}}
	var b bytes.Buffer
	switch poolKind(i) {
	case ".xlsx":
		if err := workbook.WriteXLSX(&b, out); err != nil {
			return nil, err
		}
		return withScan(b.Bytes(), "xl/media/image1.png", scan(r, size))
	case ".docx":
		if err := workbook.WriteDOCX(&b, out); err != nil {
			return nil, err
		}
		return withScan(b.Bytes(), "word/media/image1.png", scan(r, size))
	case ".pdf":
		var t strings.Builder
		t.WriteString("| STT | Nội dung | Địa điểm | Số lượng |\n|:--:|---|---|--:|")
		for n := range 20 + r.IntN(60) {
			fmt.Fprintf(&t, "\n| %d | %s | %s | %d |", n+1, pick(r, quarterFields), pick(r, quarterPlaces), r.IntN(900))
		}
		laid, err := paper.Render(paper.Document{Form: paper.Named, Agency: cityName, Notation: "PL", Place: "Hà Nội", TypeName: "Phụ lục", Subject: "danh mục " + pick(r, quarterFields), Body: t.String(), SignerPosition: "NGƯỜI LẬP BIỂU"})
		if err != nil {
			return nil, err
		}
		return laid.PDF, nil
	}
	return scan(r, size), nil
}

// withScan adds a part to a package of parts.
func withScan(b []byte, name string, part []byte) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		if err := w.Copy(f); err != nil {
			return nil, err
		}
	}
	p, err := w.CreateHeader(&zip.FileHeader{Name: path.Clean(name), Method: zip.Store})
	if err == nil {
		_, err = p.Write(part)
	}
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}

// scan is a picture of a page, of about the size.
func scan(r *rand.Rand, size int) []byte {
	width := int(math.Sqrt(float64(size) / 1.414))
	m := image.NewGray(image.Rect(0, 0, width, size/width))
	for i := 0; i+8 <= len(m.Pix); i += 8 {
		binary.LittleEndian.PutUint64(m.Pix[i:], r.Uint64()|0xf0f0f0f0f0f0f0f0)
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.NoCompression}
	if err := encoder.Encode(&b, m); err != nil {
		panic(err) // into memory
	}
	return b.Bytes()
}
