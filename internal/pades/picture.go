package pades

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"

	"golang.org/x/image/draw"
)

// Picture is an uploaded image made fit for documents: PNG with transparent ground, cut to its ink, without whatever else the
// file carried (names, places, programs), no finer than 1200 pixels.
type Picture struct {
	PNG               []byte
	Width, Height     int     // pixels
	WidthMM, HeightMM float64 // real size, zero when the file states none
	Tint              Tint
}

const (
	mostPixelsWide = 1200 // 600 dpi over 50 mm
	faint          = 24   // coverage below this is dust, not ink
)

// CleanPicture makes a picture of a PNG, or of a JPEG photograph, of at most 8 MB and 16 megapixels. With whiten, white paper
// becomes transparent and its shade leaves the strokes. Refusals: ErrImage, ErrAnimated, ErrOpaque without whiten, ErrNoInk.
func CleanPicture(file []byte, whiten bool) (*Picture, error) {
	im, perMetre, err := decodePicture(file)
	if err != nil {
		return nil, err
	}
	ink := image.NewNRGBA(image.Rect(0, 0, im.Bounds().Dx(), im.Bounds().Dy()))
	draw.Draw(ink, ink.Rect, image.White, image.Point{}, draw.Src)
	if whiten {
		draw.Draw(ink, ink.Rect, im, im.Bounds().Min, draw.Over) // a transparent ground is white paper as well
		liftInk(ink)
	} else if !copyInk(ink, im) {
		return nil, ErrOpaque
	}
	box, ok := inked(ink)
	if !ok {
		return nil, ErrNoInk
	}
	return finishPicture(ink.SubImage(box), perMetre)
}

func decodePicture(file []byte) (image.Image, [2]float64, error) {
	if !bytes.HasPrefix(file, []byte{0xff, 0xd8, 0xff}) {
		im, err := decodePNG(file)
		dots := resolution(file)
		return im, [2]float64{float64(dots[0]), float64(dots[1])}, err
	}
	var unknown [2]float64
	if len(file) > maxImageFile {
		return nil, unknown, ErrImage.because("%d bytes", len(file))
	}
	head, err := jpeg.DecodeConfig(bytes.NewReader(file))
	if err != nil || head.Width < 1 || head.Height < 1 || head.Width > maxImagePixels/head.Height {
		return nil, unknown, ErrImage.because("jpeg of %d × %d pixels: %v", head.Width, head.Height, err)
	}
	im, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, unknown, ErrImage.because("%w", err)
	}
	return im, unknown, nil
}

// copyInk copies an image with its transparency; false when it has none.
func copyInk(to *image.NRGBA, from image.Image) bool {
	rgb, alpha, opaque := separate(from)
	for i, a := range alpha {
		copy(to.Pix[4*i:], rgb[3*i:3*i+3])
		to.Pix[4*i+3] = a
	}
	return !opaque
}

// liftInk takes the paper away: what is as light as the lightest tenth of the sheet becomes transparent, and from every half
// covered pixel the paper's share of its colour is taken out, so that strokes have no pale edges.
func liftInk(m *image.NRGBA) {
	var seen [256]int
	for i := 0; i < len(m.Pix); i += 4 {
		seen[min(m.Pix[i], m.Pix[i+1], m.Pix[i+2])]++
	}
	paper, count := 255, 0
	for ; paper > 1 && count < len(m.Pix)/40; paper-- {
		count += seen[paper]
	}
	dark, count := 0, 0
	for ; dark < paper-1 && count < len(m.Pix)/4000; dark++ {
		count += seen[dark]
	}
	light, full := float64(paper)*0.86, float64(dark)+0.35*float64(paper-dark) // lightest ink, darkest half of it
	for i := 0; i < len(m.Pix); i += 4 {
		p := m.Pix[i : i+4]
		a := (light - float64(min(p[0], p[1], p[2]))) / max(light-full, 1)
		a = max(0, min(1, a))
		if a*0xff < faint {
			p[0], p[1], p[2], p[3] = 0, 0, 0, 0
			continue
		}
		for k := range 3 {
			p[k] = uint8(max(0, min(255, (float64(p[k])-(1-a)*float64(paper))/a)))
		}
		p[3] = uint8(math.Round(a * 0xff))
	}
}

// inked is the part of an image where there is ink, with a pixel around.
func inked(m *image.NRGBA) (image.Rectangle, bool) {
	var box image.Rectangle
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			if m.Pix[m.PixOffset(x, y)+3] >= faint {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if box.Dx() < 8 || box.Dy() < 8 {
		return box, false
	}
	return box.Inset(-1).Intersect(m.Rect), true
}

func finishPicture(from image.Image, perMetre [2]float64) (*Picture, error) {
	size := from.Bounds().Size()
	p := &Picture{Width: size.X, Height: size.Y}
	if perMetre[0] > 0 && perMetre[1] > 0 {
		p.WidthMM, p.HeightMM = float64(size.X)/perMetre[0]*1000, float64(size.Y)/perMetre[1]*1000
	}
	if scale := mostPixelsWide / float64(max(size.X, size.Y)); scale < 1 {
		p.Width, p.Height = max(1, int(float64(size.X)*scale)), max(1, int(float64(size.Y)*scale))
	}
	to := image.NewNRGBA(image.Rect(0, 0, p.Width, p.Height))
	draw.CatmullRom.Scale(to, to.Rect, from, from.Bounds(), draw.Src, nil)
	rgb, alpha, _ := separate(to)
	_, p.Tint = inkOf(rgb, alpha)
	to.SetNRGBA(0, 0, color.NRGBA{}) // so that the file always says that it is transparent
	var b bytes.Buffer
	if err := png.Encode(&b, to); err != nil {
		return nil, ErrImage.because("%w", err)
	}
	p.PNG = b.Bytes()
	if p.WidthMM > 0 {
		p.PNG = WithSize(p.PNG, p.WidthMM, p.HeightMM)
	}
	return p, nil
}

// WithSize writes the real size of an image in millimetres into a PNG (chunk pHYs, S4.11), in place of the one it states.
func WithSize(file []byte, widthMM, heightMM float64) []byte {
	const signature, header = 8, 25 // the signature; IHDR, which is always first
	head, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil || widthMM <= 0 || heightMM <= 0 {
		return file
	}
	body := binary.BigEndian.AppendUint32([]byte("pHYs"), uint32(math.Round(float64(head.Width)/widthMM*1000)))
	body = append(binary.BigEndian.AppendUint32(body, uint32(math.Round(float64(head.Height)/heightMM*1000))), 1)
	out := binary.BigEndian.AppendUint32(append([]byte{}, file[:signature+header]...), uint32(len(body)-4))
	out = binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	rest := file[signature+header:]
	if old := chunk(file, "pHYs"); old != nil {
		at := bytes.Index(rest, append([]byte("pHYs"), old...)) - 4
		return append(append(out, rest[:at]...), rest[at+12+len(old):]...)
	}
	return append(out, rest...)
}
