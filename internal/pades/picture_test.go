package pades

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"testing"

	"congvu/internal/paper"
)

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// scan is a white sheet with a thick stroke of ink, like a photograph of a signature: 300 × 200 with the stroke from (60,80) to (240,120).
func scan(ink color.Color, paper uint8) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	for y := range 200 {
		for x := range 300 {
			m.Set(x, y, color.NRGBA{paper, paper, paper - uint8(x%3), 0xff})
			if x >= 60 && x < 240 && y >= 80 && y < 120 {
				m.Set(x, y, ink)
			}
		}
	}
	return m
}

var blueInk = color.NRGBA{0x20, 0x30, 0xa0, 0xff}

// with puts a chunk behind the header of a PNG.
func with(file []byte, kind string, body []byte) []byte {
	piece := append([]byte(kind), body...)
	out := append([]byte{}, file[:33]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, piece...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(piece))
	return append(out, file[33:]...)
}

func TestWhitePaperBecomesTransparentAndIsCutAway(t *testing.T) {
	for name, file := range map[string][]byte{"PNG": pngOf(t, scan(blueInk, 0xf4)), "grey paper": pngOf(t, scan(blueInk, 0xc8)), "JPEG": jpegOf(t, scan(blueInk, 0xf4))} {
		if _, err := CleanPicture(file, false); !errors.Is(err, ErrOpaque) {
			t.Errorf("%s with its paper: %v", name, err)
		}
		p, err := CleanPicture(file, true)
		if err != nil {
			t.Fatal(name, err)
		}
		if math.Abs(float64(p.Width)-182) > 6 || math.Abs(float64(p.Height)-42) > 6 || p.Tint != TintBlue {
			t.Errorf("%s: %d × %d %s", name, p.Width, p.Height, p.Tint)
		}
		m, err := png.Decode(bytes.NewReader(p.PNG))
		if err != nil {
			t.Fatal(err)
		}
		middle := color.NRGBAModel.Convert(m.At(p.Width/2, p.Height/2)).(color.NRGBA)
		if middle.A < 0xf0 || middle.B < middle.R+40 {
			t.Errorf("%s: the stroke is %v", name, middle)
		}
		if _, _, _, a := m.At(0, 0).RGBA(); a != 0 {
			t.Errorf("%s: the corner is covered", name)
		}
		im, err := NewImage(p.PNG)
		if err != nil || im.mask == nil || im.stencil == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Kinds of PNG that editors write: 16 bits, palettes, greys; what a file carries besides its pixels is dropped.
func TestEveryKindOfPNGBecomesAPicture(t *testing.T) {
	clear := color.NRGBA{}
	stroke := func(m interface {
		image.Image
		Set(x, y int, c color.Color)
	}) []byte {
		for y := range 60 {
			for x := range 100 {
				m.Set(x, y, clear)
				if y > 20 && y < 40 && x > 20 && x < 80 {
					m.Set(x, y, blueInk)
				}
			}
		}
		return pngOf(t, m)
	}
	area := image.Rect(0, 0, 100, 60)
	for name, file := range map[string][]byte{
		"8 bits": stroke(image.NewNRGBA(area)), "16 bits": stroke(image.NewNRGBA64(area)), "premultiplied": stroke(image.NewRGBA(area)),
		"palette": stroke(image.NewPaletted(area, color.Palette{clear, blueInk})),
	} {
		p, err := CleanPicture(with(file, "tEXt", []byte("Author\x00Nguyễn Văn Nghĩa")), false)
		if err != nil || p.Tint != TintBlue || p.Width != 61 || p.Height != 21 {
			t.Errorf("%s: %+v %v", name, p, err)
			continue
		}
		if bytes.Contains(p.PNG, []byte("tEXt")) {
			t.Errorf("%s keeps the text of the file", name)
		}
	}
	grey := pngOf(t, func() image.Image {
		m := image.NewGray16(image.Rect(0, 0, 300, 200))
		for i, v := range scan(color.Black, 0xff).Pix {
			if i%4 == 0 {
				m.SetGray16(i/4%300, i/4/300, color.Gray16{uint16(v) * 0x101})
			}
		}
		return m
	}())
	if p, err := CleanPicture(grey, true); err != nil || p.Tint != TintOther {
		t.Errorf("grey: %+v %v", p, err)
	}
}

// interlaced is a picture as Adam7 passes: eight by eight points, one colour, written by hand because the library does not.
func TestInterlacedPNGIsRead(t *testing.T) {
	file := interlaced(t, 64, 48)
	p, err := CleanPicture(file, false)
	if err != nil || p.Tint != TintRed {
		t.Fatalf("%+v %v", p, err)
	}
}

func TestBadPicturesAreRefusedWithTheirReason(t *testing.T) {
	good := pngOf(t, scan(blueInk, 0xf4))
	huge := append([]byte{}, good...)
	binary.BigEndian.PutUint32(huge[16:], 50_000)
	binary.BigEndian.PutUint32(huge[20:], 50_000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for name, c := range map[string]struct {
		file   []byte
		whiten bool
		want   *Refusal
	}{
		"nothing":            {nil, true, ErrImage},
		"text":               {[]byte("không phải ảnh"), true, ErrImage},
		"cut off":            {good[:len(good)/2], true, ErrImage},
		"a bomb of pixels":   {huge, true, ErrImage},
		"too many bytes":     {append(append([]byte{}, good...), make([]byte, maxImageFile)...), true, ErrImage},
		"broken JPEG":        {[]byte{0xff, 0xd8, 0xff, 0xe0, 0, 1}, true, ErrImage},
		"animated":           {with(good, "acTL", make([]byte, 8)), true, ErrAnimated},
		"opaque":             {good, false, ErrOpaque},
		"an empty sheet":     {pngOf(t, scan(color.NRGBA{0xf4, 0xf4, 0xf4, 0xff}, 0xf4)), true, ErrNoInk},
		"nothing to be seen": {pngOf(t, image.NewNRGBA(image.Rect(0, 0, 50, 50))), false, ErrNoInk},
	} {
		_, err := CleanPicture(c.file, c.whiten)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if text, _ := c.want.Reason(); text == "" {
			t.Errorf("%s has no sentence", name)
		}
	}
}

// The real size survives cutting and making coarser; a size given by hand replaces what the file says (S4.11).
func TestRealSizeStaysReal(t *testing.T) {
	drawn, err := paper.SealImage("Ủy ban nhân dân xã Vĩnh Lĩnh")
	if err != nil {
		t.Fatal(err)
	}
	p, err := CleanPicture(WithSize(drawn, 36.5, 36.5), false) // with the margin of 4 of 600 pixels on each side
	if err != nil || p.Tint != TintRed {
		t.Fatal(p, err)
	}
	if want := 36.5 * 594 / 600; math.Abs(p.WidthMM-want) > 0.2 || math.Abs(p.HeightMM-want) > 0.2 {
		t.Errorf("%.2f × %.2f mm", p.WidthMM, p.HeightMM)
	}
	by := WithSize(p.PNG, 33, 33)
	im, err := NewImage(by)
	if err != nil || math.Abs(im.WidthPoints/pointsPerMM-33) > 0.05 || bytes.Count(by, []byte("pHYs")) != 1 {
		t.Errorf("%v mm %v", im.WidthPoints/pointsPerMM, err)
	}
	big := image.NewNRGBA(image.Rect(0, 0, 3000, 3000))
	for i := range 2000 {
		for k := range 2000 {
			big.Set(500+i, 500+k, color.NRGBA{0xe0, 0x10, 0x10, 0xff})
		}
	}
	p, err = CleanPicture(WithSize(pngOf(t, big), 54, 54), false)
	if err != nil || p.Width != mostPixelsWide || math.Abs(p.WidthMM-36) > 0.1 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestInkIsSortedByItsColour(t *testing.T) {
	for c, want := range map[[3]float64]Tint{{0.07, 0.18, 0.66}: TintBlue, {0.1, 0.1, 0.3}: TintBlue, {0.88, 0.06, 0.09}: TintRed, {0.7, 0.2, 0.3}: TintRed,
		{0, 0, 0}: TintOther, {0.5, 0.5, 0.5}: TintOther, {0.1, 0.6, 0.1}: TintOther, {0.9, 0.8, 0.1}: TintOther} {
		if got := tintOf(c); got != want {
			t.Errorf("%v is %s", c, got)
		}
	}
}

// FuzzCleanPicture: what strangers send never panics; what is taken can be drawn.
func FuzzCleanPicture(f *testing.F) {
	small := image.NewNRGBA(image.Rect(0, 0, 24, 24))
	for i := range 16 {
		for k := range 16 {
			small.Set(4+i, 4+k, blueInk)
		}
	}
	f.Add(pngOf(f, small), false)
	f.Add(pngOf(f, scan(blueInk, 0xf4)), true)
	f.Add(jpegOf(f, scan(blueInk, 0xf4)), true)
	f.Fuzz(func(t *testing.T, file []byte, whiten bool) {
		p, err := CleanPicture(file, whiten)
		if err != nil {
			return
		}
		if _, err := NewImage(p.PNG); err != nil || p.Width > mostPixelsWide || p.Height > mostPixelsWide {
			t.Errorf("%+v %v", p, err)
		}
	})
}
