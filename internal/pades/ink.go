package pades

import (
	"fmt"
	"math"
)

// Tint is the colour family of an image's ink. The law wants signatures blue and seals red (S4.1, S4.2); paper, ink and scanners
// differ, so that the tint is for a warning, never for a refusal.
type Tint string

// Families of ink.
const (
	TintBlue  Tint = "blue"
	TintRed   Tint = "red"
	TintOther Tint = "other"
)

// inkOf gives the mean colour of what an image covers, and its family. White is no ink: an opaque scan is mostly paper.
func inkOf(rgb, alpha []byte) (mean [3]float64, tint Tint) {
	var weight float64
	for i, a := range alpha {
		c := rgb[3*i : 3*i+3]
		if min(c[0], c[1], c[2]) > 0xd8 {
			continue
		}
		w := float64(a) / 0xff
		weight += w
		for k := range mean {
			mean[k] += w * float64(c[k]) / 0xff
		}
	}
	if weight == 0 {
		return mean, TintOther
	}
	for k := range mean {
		mean[k] /= weight
	}
	return mean, tintOf(mean)
}

// tintOf sorts by hue: blue from 190° to 275° (turquoise and violet pens count), red within 25° of 0°; greys have none.
func tintOf(c [3]float64) Tint {
	most, least := max(c[0], c[1], c[2]), min(c[0], c[1], c[2])
	if most-least < 0.12*max(most, 0.25) || most-least < 0.06 {
		return TintOther
	}
	hue := 0.0
	switch span := most - least; most {
	case c[0]:
		hue = math.Mod((c[1]-c[2])/span+6, 6)
	case c[1]:
		hue = (c[2]-c[0])/span + 2
	default:
		hue = (c[0]-c[1])/span + 4
	}
	switch hue *= 60; {
	case hue >= 190 && hue <= 275:
		return TintBlue
	case hue <= 25 || hue >= 335:
		return TintRed
	}
	return TintOther
}

// operators sets the colour of what is filled next; black and greys stay in the grey space, which every PDF/A allows.
func operators(c [3]float64) string {
	if c[0] == c[1] && c[1] == c[2] {
		return fmt.Sprintf("%.3f g", c[0])
	}
	return fmt.Sprintf("%.3f %.3f %.3f rg", c[0], c[1], c[2])
}
