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
)

// Image is a signature or seal image, decoded and compressed once and drawn into any number of documents. It is immutable
// and safe for use by several goroutines.
type Image struct {
	Width, Height int // pixels
	// WidthPoints and HeightPoints are the real size from the file's resolution (S4.11), zero when it states none.
	WidthPoints, HeightPoints float64

	colours *pdf.Stream
	mask    *pdf.Stream // nil when nothing is transparent
}

// NewImage reads a PNG of at most 8 MB and 16 megapixels. Transparency becomes a soft mask, with colours that are not
// darkened by it.
func NewImage(file []byte) (*Image, error) {
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
	decoded, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, ErrImage.because("%w", err)
	}
	rgb, alpha, opaque := separate(decoded)
	m := &Image{Width: head.Width, Height: head.Height}
	m.colours = pdf.Flate(m.dict("DeviceRGB"), rgb)
	if !opaque {
		m.mask = pdf.Flate(m.dict("DeviceGray"), alpha)
	}
	if perMetre := resolution(file); perMetre[0] > 0 && perMetre[1] > 0 {
		const points = 72 / 0.0254
		m.WidthPoints = float64(m.Width) / float64(perMetre[0]) * points
		m.HeightPoints = float64(m.Height) / float64(perMetre[1]) * points
	}
	return m, nil
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

// resolution reads the pHYs chunk: pixels a metre, zeros when absent.
func resolution(file []byte) (perMetre [2]uint32) {
	const signature, frame = 8, 12
	for at := signature; at+frame <= len(file); {
		n := int(binary.BigEndian.Uint32(file[at:]))
		kind := string(file[at+4 : at+8])
		if n < 0 || n > len(file)-at-frame || kind == "IDAT" {
			return perMetre
		}
		if body := file[at+8 : at+8+n]; kind == "pHYs" && n == 9 && body[8] == 1 {
			return [2]uint32{binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])}
		}
		at += frame + n
	}
	return perMetre
}

// object adds the image to a document.
func (m *Image) object(add func(any) pdf.Ref) pdf.Ref {
	d := m.colours.Dict.Clone()
	if m.mask != nil {
		d["SMask"] = add(m.mask)
	}
	return add(&pdf.Stream{Dict: d, Raw: m.colours.Raw})
}
