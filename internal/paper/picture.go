package paper

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"math"
	"sync"

	"congvu/internal/typeface"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// Pictures here stand in for real seals and signatures in demonstrations and tests. They carry the word "MẪU" (sample).

const sealPixels = 600 // over 36 mm: about 420 dpi

// SealImage draws a red round sample seal on a transparent ground as PNG: two rings, the agency's name along the upper arc, a
// star. The picture is square, for the diameter of Boxes.Seal. Letters without a glyph are left out. Equal names, equal bytes.
func SealImage(agency string) ([]byte, error) { return sealImage(agency, 1) }

// SmallSealImage is SealImage in half its size, a quarter of the work: for demonstrations with many agencies.
func SmallSealImage(agency string) ([]byte, error) { return sealImage(agency, 0.5) }

func sealImage(agency string, scale float64) ([]byte, error) {
	c := newCanvas(sealPixels, sealPixels, scale)
	const middle, radius = sealPixels / 2.0, sealPixels/2.0 - 4
	c.ring(middle, middle, radius, 11)
	c.ring(middle, middle, radius-20, 4)
	c.ring(middle, middle, radius*0.60, 4)
	c.star(middle, middle-14, radius*0.30)
	c.star(middle, middle+radius*0.76, radius*0.07)
	c.arc(upper(tidy(agency)), middle, middle, radius*0.67, 54)
	c.words("MẪU", middle, middle+radius*0.46, 34)
	return c.png(color.NRGBA{R: 0xE1, G: 0x10, B: 0x18})
}

// SignatureImage draws a blue flourish whose shape depends on the name, on a transparent ground as PNG, in the proportion of
// Boxes.Signature (5 to 3). Equal names, equal bytes.
func SignatureImage(name string) ([]byte, error) { return signatureImage(name, 1) }

// SmallSignatureImage is SignatureImage in half its size.
func SmallSignatureImage(name string) ([]byte, error) { return signatureImage(name, 0.5) }

func signatureImage(name string, scale float64) ([]byte, error) {
	const width, height = 600, 360
	c := newCanvas(width, height, scale)
	h := fnv.New64a()
	h.Write([]byte(tidy(name)))
	seed := h.Sum64()
	next := func() float64 { // pseudo-random in [0, 1), the same for the same name
		seed = seed*6364136223846793005 + 1442695040888963407
		return float64(seed>>33) / (1 << 31)
	}
	c.stroke(flourish(next), 3.2, 7.5)
	c.stroke(underline(next), 2.5, 5)
	c.words("MẪU", width-40, height-10, 18)
	return c.png(color.NRGBA{R: 0x12, G: 0x2F, B: 0xA8})
}

type point struct{ x, y float64 }

// flourish is a row of loops, tall at the beginning like an initial, flattening towards the end.
func flourish(next func() float64) []point {
	points := []point{{60, 210 + 30*next()}}
	loops := 5 + int(3*next())
	for i := range loops {
		fade := 1 - 0.75*float64(i)/float64(loops)
		x := 100 + float64(i)*370/float64(loops)
		tall := (70 + 90*next()) * fade
		points = append(points,
			point{x + 25*next(), 190 - tall}, point{x + 45 + 20*next(), 180 - tall*0.6},
			point{x + 10, 200 + tall*0.45}, point{x + 50, 205 + tall*0.2*next()})
	}
	return append(points, point{520, 170 + 40*next()}, point{575, 120 + 50*next()})
}

func underline(next func() float64) []point {
	y := 275 + 20*next()
	return []point{{120 + 40*next(), y + 10}, {300, y - 8}, {480 + 50*next(), y - 25}, {380, y + 12}, {330 - 40*next(), y + 25}}
}

// canvas collects outlines; everything on it has one colour.
type canvas struct {
	*vector.Rasterizer
	w, h  int
	scale float64 // pixels a unit of the outlines
}

func newCanvas(w, h int, scale float64) *canvas {
	w, h = int(float64(w)*scale), int(float64(h)*scale)
	return &canvas{vector.NewRasterizer(w, h), w, h, scale}
}

// at puts a point of an outline on the canvas.
func (c *canvas) at(p point) (x, y float32) { return float32(p.x * c.scale), float32(p.y * c.scale) }

func (c *canvas) png(ink color.NRGBA) ([]byte, error) {
	mask := image.NewAlpha(image.Rect(0, 0, c.w, c.h))
	c.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	img := image.NewNRGBA(mask.Bounds())
	for i, a := range mask.Pix {
		img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], img.Pix[4*i+3] = ink.R, ink.G, ink.B, a
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

func (c *canvas) polygon(points []point) {
	c.MoveTo(c.at(points[0]))
	for _, p := range points[1:] {
		c.LineTo(c.at(p))
	}
	c.ClosePath()
}

func disc(x, y, r float64, sides int, turn float64) []point {
	points := make([]point, sides)
	for i := range points {
		sin, cos := math.Sincos(turn * 2 * math.Pi * float64(i) / float64(sides))
		points[i] = point{x + r*cos, y + r*sin}
	}
	return points
}

// ring is a disc with a hole: two outlines in opposite directions.
func (c *canvas) ring(x, y, outer, width float64) {
	c.polygon(disc(x, y, outer, 240, 1))
	c.polygon(disc(x, y, outer-width, 240, -1))
}

func (c *canvas) star(x, y, r float64) {
	points := make([]point, 10)
	for i := range points {
		reach := r
		if i%2 == 1 {
			reach = r * 0.382
		}
		sin, cos := math.Sincos(math.Pi*float64(i)/5 - math.Pi/2)
		points[i] = point{x + reach*cos, y + reach*sin}
	}
	c.polygon(points)
}

// stroke draws a smooth line through the points with a pen whose width varies between thin and thick.
func (c *canvas) stroke(points []point, thin, thick float64) {
	at := func(i int) point { return points[max(0, min(i, len(points)-1))] }
	last, width := at(0), thin
	for i := range len(points) - 1 {
		a, b, d, e := at(i-1), at(i), at(i+1), at(i+2)
		steps := 2 * math.Ceil(math.Hypot(d.x-b.x, d.y-b.y)*c.scale) // discs half a pixel apart join to a line
		for k := range int(steps) {
			u := float64(k) / steps
			p := point{spline(a.x, b.x, d.x, e.x, u), spline(a.y, b.y, d.y, e.y, u)}
			wish := thin + (thick-thin)*math.Max(0, math.Min(1, 2*(p.y-last.y)+0.2)) // the pen presses on the way down
			width += (wish - width) * 0.03
			c.polygon(disc(p.x, p.y, width/2, 12, 1))
			last = p
		}
	}
}

func spline(a, b, c, d, t float64) float64 {
	return 0.5 * (2*b + (c-a)*t + (2*a-5*b+4*c-d)*t*t + (3*b-a-3*c+d)*t*t*t)
}

var boldOutlines = sync.OnceValues(func() (*sfnt.Font, error) { return sfnt.Parse(typeface.Tinos(typeface.Bold).File()) })

// words writes a line centred at x.
func (c *canvas) words(s string, x, base, size float64) {
	x -= typeface.Tinos(typeface.Bold).Width(s, size) / 2
	for _, r := range s {
		at := x
		c.letter(r, size, func(p point) point { return point{at + p.x, base + p.y} })
		x += typeface.Tinos(typeface.Bold).Width(string(r), size)
	}
}

// arc writes along a circle, centred at its top; a long text is set smaller, so that it leaves the lowest part free.
func (c *canvas) arc(s string, x, y, radius, size float64) {
	const spacing, longest = 1.08, 290 * math.Pi / 180
	bold := typeface.Tinos(typeface.Bold)
	if whole := bold.Width(s, size) * spacing / radius; whole > longest {
		size *= longest / whole
	}
	angle := -bold.Width(s, size) * spacing / radius / 2
	for _, r := range s {
		turn := bold.Width(string(r), size) * spacing / radius
		sin, cos := math.Sincos(angle + turn/2)
		half := bold.Width(string(r), size) / 2
		c.letter(r, size, func(p point) point {
			px, py := p.x-half, p.y-radius
			return point{x + px*cos - py*sin, y + px*sin + py*cos}
		})
		angle += turn
	}
}

// letter adds the outline of r, moved by put.
func (c *canvas) letter(r rune, size float64, put func(point) point) {
	f, err := boldOutlines()
	if err != nil {
		return
	}
	var b sfnt.Buffer
	g, err := f.GlyphIndex(&b, r)
	if err != nil || g == 0 {
		return
	}
	segments, err := f.LoadGlyph(&b, g, fixed.Int26_6(size*64), nil)
	if err != nil {
		return
	}
	xy := func(p fixed.Point26_6) (float32, float32) {
		return c.at(put(point{float64(p.X) / 64, float64(p.Y) / 64}))
	}
	for _, s := range segments {
		x0, y0 := xy(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			c.MoveTo(x0, y0)
		case sfnt.SegmentOpLineTo:
			c.LineTo(x0, y0)
		case sfnt.SegmentOpQuadTo:
			x1, y1 := xy(s.Args[1])
			c.QuadTo(x0, y0, x1, y1)
		case sfnt.SegmentOpCubeTo:
			x1, y1 := xy(s.Args[1])
			x2, y2 := xy(s.Args[2])
			c.CubeTo(x0, y0, x1, y1, x2, y2)
		}
	}
	c.ClosePath()
}
