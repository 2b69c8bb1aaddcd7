package documents

import (
	"math"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// Placing is how an agency sets signatures on pages: distances in millimetres, to the right and upwards. Its zero value is what the law says
// (LawfulPlacing); values are kept as they were chosen, so that a later change of a default changes no agency's pages.
type Placing struct {
	Sign   Shift  `json:"sign"`   // the person's signature on laid out documents, from the middle of box 7c (S4.1)
	Seal   Shift  `json:"seal"`   // the seal, from where its right edge stands on the left third of the signature, level with its middle (S4.2)
	Upload Corner `json:"upload"` // the person's signature on uploaded PDFs
	Block  Edge   `json:"block"`  // the text of the agency's signature on annexes and copies (S4.3, S4.4)
	Time   string `json:"time"`   // one of TimeForms
}

// Shift moves a picture and says how large it may be; a seal's Height is not used.
type Shift struct {
	Right  float64 `json:"right"`
	Up     float64 `json:"up"`
	Width  float64 `json:"width"` // a seal's: 0 is the real size of the image
	Height float64 `json:"height"`
}

// Corner is a place on a page: the distance of the picture from two edges of the paper.
type Corner struct {
	Page   string  `json:"page"` // "last" or "first"
	Side   string  `json:"side"` // "right" or "left"
	X      float64 `json:"x"`    // from that side
	Y      float64 `json:"y"`    // from the lower edge
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// Edge is the distance from the upper right corner of the first page.
type Edge struct {
	Right float64 `json:"right"`
	Top   float64 `json:"top"`
}

// TimeForm is a way of writing the time of a signature.
type TimeForm struct{ Code, Layout string }

// Example is a time written that way.
func (f TimeForm) Example() string {
	return time.Date(2026, 11, 23, 9, 15, 0, 0, calendar.Hanoi).Format(f.Layout)
}

// TimeForms are the ways known: ISO 8601, which the law names; the one printed in its samples 2.2 and 3.2; one seen in published files (S4.8).
var TimeForms = []TimeForm{
	{"iso", "2006-01-02T15:04:05-07:00"},
	{"sample", "02/01/2006; 15:04:05"},
	{"dotted", "02.01.2006 15:04:05 -07:00"},
}

// LawfulPlacing is what stands in NĐ 30/2020, Phụ lục I, boxes 7c, 8 and 14 (S4.1, S4.2, S4.9).
func LawfulPlacing() Placing {
	return Placing{Sign: Shift{Width: 50, Height: 30}, Upload: Corner{Page: "last", Side: "right", X: 20, Y: 45, Width: 50, Height: 30},
		Block: Edge{Right: 7, Top: 5}, Time: "iso"}
}

// problems lists what no page could be made with. The field names are those of the form.
func (g Placing) problems(p *store.Problems) {
	within := func(field string, v, least, most float64) {
		if math.IsNaN(v) || v < least || v > most {
			p.Add(field, "Giá trị phải từ {least} đến {most} mm.", "least", least, "most", most)
		}
	}
	within("sign_right", g.Sign.Right, -60, 60)
	within("sign_up", g.Sign.Up, -60, 60)
	within("sign_width", g.Sign.Width, 10, 90)
	within("sign_height", g.Sign.Height, 8, 60)
	within("seal_right", g.Seal.Right, -60, 60)
	within("seal_up", g.Seal.Up, -60, 60)
	if g.Seal.Width != 0 {
		within("seal_width", g.Seal.Width, 15, 60)
	}
	within("upload_x", g.Upload.X, 0, 150)
	within("upload_y", g.Upload.Y, 0, 250)
	within("upload_width", g.Upload.Width, 10, 90)
	within("upload_height", g.Upload.Height, 8, 60)
	within("block_right", g.Block.Right, 0, 100)
	within("block_top", g.Block.Top, 0, 100)
	if g.Upload.Page != "last" && g.Upload.Page != "first" || g.Upload.Side != "right" && g.Upload.Side != "left" {
		p.Add("upload_page", "Hãy chọn trang và góc đặt chữ ký trong danh sách.")
	}
	if g.timeForm() == "" {
		p.Add("time", "Hãy chọn cách ghi thời gian ký trong danh sách.")
	}
}

func (p Placing) timeForm() string {
	for _, f := range TimeForms {
		if f.Code == p.Time {
			return f.Layout
		}
	}
	return ""
}

// stamp writes the time of a signature in Vietnam's zone (S4.7, S4.8).
func (p Placing) stamp(t time.Time) string {
	layout := p.timeForm()
	if layout == "" {
		layout = TimeForms[0].Layout
	}
	return t.In(calendar.Hanoi).Format(layout)
}

// Check lists where a placing leaves the rules (S4.1, S4.2, S4.7, S4.10). It warns; the agency decides. sealMM is the real width of its seal, 0 when
// there is none.
func (p Placing) Check(sealMM float64) []store.Message {
	width, seal := p.Sign.Width, sealMM
	if p.Seal.Width > 0 {
		seal = p.Seal.Width
	}
	if seal == 0 {
		seal = lawfulSealMM
	}
	share := (width/3 + p.Seal.Right) / width // a seal begins with covering a third; every millimetre to the right covers more
	var out []store.Message
	for _, rule := range []struct {
		broken bool
		say    store.Message
	}{
		{math.Abs(p.Sign.Right) > 5, store.Say("Chữ ký của người có thẩm quyền lệch {mm} mm so với giữa chức vụ và họ tên; quy định đặt canh giữa.", "mm", rounded(math.Abs(p.Sign.Right)))},
		{math.Abs(p.Sign.Up)+p.Sign.Height/2 > 19, store.Say("Chữ ký của người có thẩm quyền đè lên chức vụ hoặc họ tên; quy định đặt giữa hai dòng này.")},
		{share < 0.22 || share > 0.45, store.Say("Dấu trùm {share}% chữ ký; quy định trùm khoảng 1/3 chữ ký về phía trái.", "share", int(math.Round(100*max(0, share))))},
		{math.Abs(p.Seal.Up) > seal/3, store.Say("Dấu lệch {mm} mm so với giữa chữ ký theo chiều đứng.", "mm", rounded(math.Abs(p.Seal.Up)))},
		{sealMM > 0 && p.Seal.Width > 0 && math.Abs(p.Seal.Width-sealMM) > 1, store.Say("Dấu được vẽ rộng {drawn} mm, khác kích thước thật {real} mm; quy định bằng kích thước thực tế của dấu.",
			"drawn", rounded(p.Seal.Width), "real", rounded(sealMM))},
		{p.Block.Right > 20 || p.Block.Top > 20, store.Say("Thông tin ký số trên phụ lục và bản sao cách góc trên bên phải quá 20 mm; quy định đặt tại góc trên bên phải trang đầu.")},
		{p.Time != "iso", store.Say("Thời gian ký không theo ISO 8601 như quy định; chỉ dùng khi cơ quan có quy định riêng.")},
	} {
		if rule.broken {
			out = append(out, rule.say)
		}
	}
	return out
}

// rounded keeps one decimal.
func rounded(v float64) float64 { return math.Round(v*10) / 10 }

const (
	pointsPerMM  = 72 / 25.4
	lawfulSealMM = 36.0
)

// moved is where a person's picture may stand on a laid out document: the box of the law, shifted and sized.
func (s Shift) moved(b paper.Box) paper.Box {
	x, y := (b.Left+b.Right)/2+s.Right*pointsPerMM, (b.Bottom+b.Top)/2+s.Up*pointsPerMM
	w, h := s.Width/2*pointsPerMM, s.Height/2*pointsPerMM
	return paper.Box{Page: b.Page, Left: x - w, Right: x + w, Bottom: y - h, Top: y + h}
}

// over places a seal of a size (points) over the left third of a signature's rectangle, shifted.
func (s Shift) over(sign [4]float64, width, height float64) [4]float64 {
	edge := sign[0] + (sign[2]-sign[0])/3 + s.Right*pointsPerMM
	middle := (sign[1]+sign[3])/2 + s.Up*pointsPerMM
	return [4]float64{edge - width, middle - height/2, edge, middle + height/2}
}

// on is the place in a page of a size (points).
func (c Corner) on(width, height float64) [4]float64 {
	w, h, x, y := c.Width*pointsPerMM, c.Height*pointsPerMM, c.X*pointsPerMM, c.Y*pointsPerMM
	left := x
	if c.Side == "right" {
		left = width - x - w
	}
	return inside([4]float64{left, y, left + w, y + h}, width, height)
}

// inside moves a rectangle into a page, and makes it smaller only when the page is.
func inside(r [4]float64, width, height float64) [4]float64 {
	w, h := min(r[2]-r[0], width), min(r[3]-r[1], height)
	left, bottom := max(0, min(r[0], width-w)), max(0, min(r[1], height-h))
	return [4]float64{left, bottom, left + w, bottom + h}
}
