package main

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"congvu/internal/city"
	"congvu/internal/web/browsertest"
)

var pictures = flag.Bool("pictures", false, "take the pictures of docs/images anew")

// mostPicture is the most bytes a picture of the documentation may weigh: it stays in the repository's history for good.
const mostPicture = 150 << 10

// TestDocumentationPictures takes the pictures that README and guides show, from a fresh sample city:
//
//	go test ./cmd/congvu -run TestDocumentationPictures -pictures
func TestDocumentationPictures(t *testing.T) {
	if !*pictures {
		t.Skip("pictures are taken with -pictures")
	}
	base, _ := startDemo(t, 0)
	for _, f := range []func(v visitor){pictureDrafting, pictureIssuing, pictureReceiving, pictureKeeping, pictureFollowing, pictureFiling} {
		v := visitor{t, browsertest.Open(t), base, false}
		v.tab.Size(1440, 900)
		f(v)
		v.tab.Go("about:blank")
	}
}

// take writes what the window shows into docs/images.
func (v visitor) take(name string) {
	v.Helper()
	v.still()
	b, err := reduced(v.tab.Shot())
	if err != nil {
		v.Fatal(err)
	}
	if len(b) > mostPicture {
		v.Errorf("%s.png weighs %d bytes, at most %d", name, len(b), mostPicture)
	}
	if err := os.WriteFile(filepath.Join("..", "..", "docs", "images", name+".png"), b, 0o644); err != nil {
		v.Fatal(err)
	}
}

// openRow opens the n-th row of a list in its pane.
func (v visitor) openRow(path string, n int) {
	v.Helper()
	v.tab.Go(v.base + path)
	row := fmt.Sprintf(`document.querySelectorAll("#main tbody tr a")[%d]`, n)
	v.tab.Until(row)
	browsertest.Eval[bool](v.tab, "("+row+".click(), true)")
	v.tab.See(".pane h2")
	browsertest.Eval[bool](v.tab, `(document.activeElement?.blur(), document.querySelector("#main").scrollTo?.(0, 0), true)`)
}

// drawn waits until the viewer has drawn the first sheet.
func (v visitor) drawn() {
	v.Helper()
	v.tab.Until(`(() => {
		const sheet = document.querySelector(".viewer canvas")
		if (!sheet || sheet.width < 300) return false
		const d = sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height / 2).data
		for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 0 && d[i] < 80) return true
		return false
	})()`)
}

// scrolled brings a part of the pane up, and nothing else of the page.
func (v visitor) scrolled(part string) {
	v.Helper()
	browsertest.Eval[bool](v.tab, fmt.Sprintf(`(() => {
		const pane = document.querySelector(".pane"), h = [...pane.querySelectorAll("h3")].find(h => h.innerText === %q)
		pane.scrollTop += h.getBoundingClientRect().top - pane.getBoundingClientRect().top - 24
		return true
	})()`, part))
}

func pictureDrafting(v visitor) {
	v.tab.Go(v.base + "/sign-in")
	v.take("sign-in")
	enter(v.tab, v.base, "chuyenvien1.sonoivu")
	v.tab.Go(v.base + "/outgoing/new?type=CONG_VAN")
	v.tab.Fill("#subject", "phối hợp kiểm tra công tác văn thư, lưu trữ")
	v.tab.Fill("#addressees", "Sở Tài chính")
	v.tab.Fill("#body", "Thực hiện Kế hoạch kiểm tra công tác văn thư, lưu trữ, Sở Nội vụ đề nghị quý Sở phối hợp như sau:\n1. Cử 01 lãnh đạo Văn phòng và 01 văn thư tham gia đoàn kiểm tra theo lịch gửi kèm.\n2. Chuẩn bị sổ đăng ký văn bản, hồ sơ công việc đã lập trong năm và báo cáo tự kiểm tra.\n3. Gửi danh sách người tham gia về Sở Nội vụ trước ngày kiểm tra 05 ngày làm việc.\nSở Nội vụ đề nghị quý Sở quan tâm, phối hợp./.")
	v.find("receivers", "so tai chinh")
	browsertest.Eval[bool](v.tab, `(document.activeElement?.blur(), scrollTo(0, 0), true)`)
	v.take("draft")
	v.choose("#signer", "GIÁM ĐỐC")
	v.press("Lưu và trình bày văn bản")
	v.says("Đã lưu và trình bày")
	v.drawn()
	v.take("preview")
	way := v.tab.Where()
	v.press("Trình")
	v.tab.See("#act #to")
	v.choose("#to", "Phòng Cải cách hành chính")
	v.press("Trình")
	v.says("Đã trình dự thảo.")

	enter(v.tab, v.base, "truongphong.sonoivu")
	v.tab.Go(v.base + way)
	v.drawn()
	v.press("Duyệt")
	v.tab.See("#act #next")
	v.take("approve")
	v.press("Duyệt, chuyển tiếp")
	v.says("Đã duyệt và chuyển tiếp.")
	lastDraft = way
}

// lastDraft is the document that the pictures follow from hand to hand.
var lastDraft string

func pictureIssuing(v visitor) {
	enter(v.tab, v.base, "giamdoc.sonoivu")
	v.tab.Go(v.base + "/signing")
	v.tab.See(".rows .go")
	v.tab.Click(".rows [name=pick]")
	browsertest.Eval[bool](v.tab, `(document.activeElement?.blur(), true)`)
	v.take("signing-desk")
	v.tab.Go(v.base + lastDraft)
	v.drawn()
	v.press("Ký số")
	v.tab.See("#act #password")
	v.take("sign")
	v.tab.Click("#act #consent")
	v.tab.Fill("#act #password", city.Password)
	v.press("Ký số")
	v.says("Đã ký số văn bản.")

	enter(v.tab, v.base, "vanthu.sonoivu")
	v.tab.Go(v.base + lastDraft)
	v.drawn()
	v.press("Cấp số và phát hành")
	v.tab.See("#act h2")
	v.take("release")
	v.tab.Fill("#act #password", city.Password)
	v.press("Phát hành")
	v.says("Đã phát hành văn bản số ")
	for range 100 {
		if v.tab.Go(v.base + lastDraft); browsertest.Eval[bool](v.tab, `document.querySelector(".pane").innerText.includes("Đã đến")`) {
			break
		}
	}
	v.drawn()
	v.scrolled("Nơi nhận")
	v.take("deliveries")
}

func pictureReceiving(v visitor) {
	enter(v.tab, v.base, "vanthu.sotaichinh")
	v.openRow("/arrivals", 0)
	v.says("Chữ ký hợp lệ")
	v.take("arrivals")
	received := "/incoming/" + browsertest.Eval[string](v.tab, `new URLSearchParams(location.search).get("open")`)
	v.press("Tiếp nhận, vào sổ")
	v.tab.See("#act h2")
	v.take("register")
	v.press("Vào sổ, lấy số đến")
	v.says("và trình lãnh đạo.")

	enter(v.tab, v.base, "giamdoc.sotaichinh")
	v.tab.Go(v.base + strings.Replace(received, "/incoming/", "/desk/", 1))
	v.drawn()
	v.take("desk")
	v.tab.Go(v.base + received)
	v.drawn()
	v.press("Cho ý kiến chỉ đạo")
	v.tab.See("#act #lead")
	v.choose("#lead", "– Chuyên viên")
	v.tab.Fill("#act #opinion", "Nghiên cứu, tham mưu văn bản trả lời; báo cáo Giám đốc trước khi ký.")
	v.tab.Fill("#act #due_days", "3")
	v.take("direct")
	v.press("Chuyển xử lý")
	v.says("Đã chuyển văn bản để xử lý.")

	enter(v.tab, v.base, "chuyenvien1.sotaichinh")
	v.tab.Go(v.base + received)
	v.drawn()
	v.press("Bắt đầu xử lý")
	v.tab.See("#act")
	v.press("Bắt đầu xử lý")
	v.says("Đã ghi nhận bắt đầu xử lý.")
	v.drawn()
	v.scrolled("Ý kiến chỉ đạo")
	v.take("timeline")
}

func pictureKeeping(v visitor) {
	enter(v.tab, v.base, "vanthu.ubndthanhpho")
	v.tab.Go(v.base + "/")
	v.take("my-work")
	v.openRow("/incoming?tab=all", 2)
	v.take("inbox")
	v.tab.Size(390, 844)
	v.tab.Go(v.base + "/incoming?tab=all")
	v.take("phone")
	v.tab.Size(1440, 900)
	enter(v.tab, v.base, "quantri.sonoivu")
	v.tab.Go(v.base + "/admin/people")
	v.take("people")
	v.tab.Go(v.base + "/admin/journal")
	v.take("journal")
}

func pictureFollowing(v visitor) {
	enter(v.tab, v.base, "giamdoc.sotaichinh")
	v.tab.Go(v.base + "/follow")
	v.take("follow")
	enter(v.tab, v.base, "chutich.ubndthanhpho")
	v.tab.Go(v.base + "/statistics")
	v.take("statistics")
	enter(v.tab, v.base, "vanthu.ubndthanhpho")
	v.tab.Go(v.base + "/registers")
	v.tab.Click("#main tbody a")
	v.says("Số, ký hiệu văn bản")
	v.take("book")
	v.tab.Go(v.base + "/search?q=cai+cach+hanh+chinh")
	v.take("search")
}

func pictureFiling(v visitor) {
	enter(v.tab, v.base, "vanthu.sonoivu")
	v.tab.Go(v.base + "/dossiers/new")
	v.tab.Fill("#title", "Hồ sơ về công tác văn thư, lưu trữ năm 2026")
	v.press("Mở hồ sơ")
	v.says("Đã mở hồ sơ")
	dossier := v.tab.Where()
	v.tab.Go(v.base + "/outgoing?tab=issued")
	rows := browsertest.Eval[[]string](v.tab, `[...document.querySelectorAll("#main tbody a")].slice(0, 4).map(a => new URL(a.href).searchParams.get("open"))`)
	for _, id := range rows {
		v.tab.Go(v.base + "/outgoing/" + id + "/dossier")
		v.press("Đưa vào hồ sơ")
		v.says("vào hồ sơ")
	}
	v.tab.Go(v.base + dossier)
	v.take("dossier")
}

// reduced paints a picture of the screen with 128 colours or fewer: text on plain ground loses nothing that a reader sees.
func reduced(b []byte) ([]byte, error) {
	from, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	palette := colours(from, 128)
	out := image.NewPaletted(from.Bounds(), palette)
	known := map[color.RGBA]uint8{}
	for y := from.Bounds().Min.Y; y < from.Bounds().Max.Y; y++ {
		for x := from.Bounds().Min.X; x < from.Bounds().Max.X; x++ {
			c := color.RGBAModel.Convert(from.At(x, y)).(color.RGBA)
			i, ok := known[c]
			if !ok {
				i = uint8(palette.Index(c))
				known[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	var w bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&w, out)
	return w.Bytes(), err
}

// colours are the n most frequent colours of a picture, neighbours taken together.
func colours(from image.Image, n int) color.Palette {
	count := map[color.RGBA]int{}
	for y := from.Bounds().Min.Y; y < from.Bounds().Max.Y; y++ {
		for x := from.Bounds().Min.X; x < from.Bounds().Max.X; x++ {
			count[color.RGBAModel.Convert(from.At(x, y)).(color.RGBA)]++
		}
	}
	all := make([]color.RGBA, 0, len(count))
	for c := range count {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b color.RGBA) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return bytes.Compare([]byte{a.R, a.G, a.B}, []byte{b.R, b.G, b.B})
	})
	near := func(a, b color.RGBA) bool {
		d := func(x, y uint8) int { return (int(x) - int(y)) * (int(x) - int(y)) }
		return d(a.R, b.R)+d(a.G, b.G)+d(a.B, b.B) < 100
	}
	var kept []color.RGBA
	for _, c := range all {
		if len(kept) == n {
			break
		}
		if !slices.ContainsFunc(kept, func(k color.RGBA) bool { return near(k, c) }) {
			kept = append(kept, c)
		}
	}
	out := make(color.Palette, len(kept))
	for i, c := range kept {
		out[i] = c
	}
	return out
}
