package pades

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"

	"congvu/internal/pdf"
)

const (
	maxImageFile   = 8 << 20
	maxImagePixels = 16_000_000
	pointsPerMM    = 72 / 25.4
)

// Image is a signature or seal image, decoded and compressed once and drawn into any number of documents. It is immutable
// and safe for use by several goroutines.
type Image struct {
	Width, Height int // pixels
	// WidthPoints and HeightPoints are the real size from the file's resolution (S4.11), zero when it states none.
	WidthPoints, HeightPoints float64
	Tint                      Tint

	colours *pdf.Stream
	mask    *pdf.Stream // nil when nothing is transparent
	stencil *pdf.Stream // what of it is drawn where transparency is forbidden, one bit a pixel; nil when mask is
	ink     [3]float64  // the colour of the stencil
}

// NewImage reads a PNG of at most 8 MB and 16 megapixels, of any kind but animated. Transparency becomes a soft mask, with
// colours that are not darkened by it, and a stencil for files that must not have one (ISO 19005-1, 6.4).
func NewImage(file []byte) (*Image, error) {
	decoded, err := decodePNG(file)
	if err != nil {
		return nil, err
	}
	size := decoded.Bounds().Size()
	rgb, alpha, opaque := separate(decoded)
	m := &Image{Width: size.X, Height: size.Y}
	m.ink, m.Tint = inkOf(rgb, alpha)
	m.colours = pdf.Flate(m.dict("DeviceRGB"), rgb)
	if !opaque {
		m.mask = pdf.Flate(m.dict("DeviceGray"), alpha)
		m.stencil = pdf.Flate(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Image"), "Width": m.Width, "Height": m.Height,
			"ImageMask": true, "BitsPerComponent": 1}, stencilBits(alpha, m.Width))
	}
	if perMetre := resolution(file); perMetre[0] > 0 && perMetre[1] > 0 {
		m.WidthPoints = float64(m.Width) / float64(perMetre[0]) * 1000 * pointsPerMM
		m.HeightPoints = float64(m.Height) / float64(perMetre[1]) * 1000 * pointsPerMM
	}
	return m, nil
}

func decodePNG(file []byte) (image.Image, error) {
	if len(file) > maxImageFile {
		return nil, ErrImage.because("%d bytes", len(file))
	}
	head, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, ErrImage.because("%w", err)
	}
	if head.Width < 1 || head.Height < 1 || head.Width > maxImagePixels/head.Height {
		return nil, ErrImage.because("%d × %d pixels", head.Width, head.Height)
	}
	if chunk(file, "acTL") != nil {
		return nil, ErrAnimated
	}
	decoded, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, ErrImage.because("%w", err)
	}
	return decoded, nil
}

func (m *Image) dict(space pdf.Name) pdf.Dict {
	return pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Image"), "Width": m.Width, "Height": m.Height,
		"ColorSpace": space, "BitsPerComponent": 8}
}

// separate splits an image into colours and coverage.
func separate(im image.Image) (rgb, alpha []byte, opaque bool) {
	b := im.Bounds()
	rgb, alpha, opaque = make([]byte, 0, 3*b.Dx()*b.Dy()), make([]byte, 0, b.Dx()*b.Dy()), true
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(im.At(x, y)).(color.NRGBA)
			rgb = append(rgb, c.R, c.G, c.B)
			alpha = append(alpha, c.A)
			opaque = opaque && c.A == 0xff
		}
	}
	return rgb, alpha, opaque
}

// stencilBits sets a bit to 0, which paints (ISO 32000-1, 8.9.6.2), where at least half of a pixel is covered.
func stencilBits(alpha []byte, width int) []byte {
	row := (width + 7) / 8
	bits := bytes.Repeat([]byte{0xff}, row*(len(alpha)/width))
	for i, a := range alpha {
		if a >= 0x80 {
			x := i % width
			bits[i/width*row+x/8] &^= 0x80 >> (x % 8)
		}
	}
	return bits
}

// chunk finds a piece of a PNG that stands before its pixels; nil when there is none.
func chunk(file []byte, kind string) []byte {
	const signature, frame = 8, 12
	for at := signature; at+frame <= len(file); {
		n := int(binary.BigEndian.Uint32(file[at:]))
		found := string(file[at+4 : at+8])
		if n < 0 || n > len(file)-at-frame || found == "IDAT" {
			return nil
		}
		if body := file[at+8 : at+8+n]; found == kind {
			return body
		}
		at += frame + n
	}
	return nil
}

// resolution reads the pHYs chunk: pixels a metre, zeros when absent.
func resolution(file []byte) (perMetre [2]uint32) {
	if body := chunk(file, "pHYs"); len(body) == 9 && body[8] == 1 {
		return [2]uint32{binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])}
	}
	return perMetre
}

// object adds the image to a document and gives the operators that draw it into a unit square. A flat document must not
// have transparency: it gets the stencil, in the one colour of the ink.
func (m *Image) object(add func(any) pdf.Ref, flat bool) (ref pdf.Ref, paint string) {
	if flat && m.stencil != nil {
		return add(m.stencil), operators(m.ink) + " /Image Do"
	}
	d := m.colours.Dict.Clone()
	if m.mask != nil {
		d["SMask"] = add(m.mask)
	}
	return add(&pdf.Stream{Dict: d, Raw: m.colours.Raw}), "/Image Do"
}
