package pades

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// FillFields writes values into empty text fields as an incremental update, each with its appearance, so that the
// signatures before it stay valid: number and date after the signature of the competent person (S3.2). It refuses a field
// that is missing (ErrNoField), filled (ErrFilled), or closed by certification or lock (ErrFillForbidden).
func FillFields(file []byte, values map[string]string) ([]byte, error) {
	f, err := openForChange(file)
	if err != nil {
		return nil, err
	}
	u := pdf.NewUpdate(f)
	if err := fillFields(u, f, values); err != nil {
		return nil, err
	}
	out, _, err := u.Finish()
	return out, err
}

// openForChange opens a file that will be extended; every object of it must be readable.
func openForChange(file []byte) (*pdf.File, error) {
	f, err := pdf.Open(file)
	if err != nil {
		return nil, err
	}
	if err := f.ReadAll(); err != nil {
		return nil, err
	}
	if _, ok := f.Trailer["Root"].(pdf.Ref); !ok {
		return nil, pdf.ErrBroken
	}
	return f, nil
}

func fillFields(u *pdf.Update, f *pdf.File, values map[string]string) error {
	byName := map[string]formField{}
	for _, x := range formFields(f) {
		byName[x.name] = x
	}
	names := slices.Sorted(maps.Keys(values))
	rule := ruleOf(f, names)
	signed := len(signatureFields(f)) > 0
	c := &comparison{old: f}
	for _, name := range names {
		x, ok := byName[name]
		named := map[string]any{"field": name, "value": values[name]}
		switch {
		case !ok || x.kind != "Tx" || x.ref == (pdf.Ref{}) || x.dict["Kids"] != nil:
			return ErrNoField.with(named)
		case !c.isEmpty(x.value):
			return ErrFilled.with(named)
		case signed && !rule.prepares(name):
			return ErrFillForbidden.with(named)
		}
		if err := fillField(u, f, x, values[name]); err != nil {
			return err
		}
	}
	return nil
}

func fillField(u *pdf.Update, f *pdf.File, x formField, value string) error {
	box, ok := f.Rect(x.dict["Rect"])
	if !ok {
		return ErrNoField.with(map[string]any{"field": x.name})
	}
	width, height := box[2]-box[0], box[3]-box[1]
	font, size := fieldFont(f, x)
	if size == 0 {
		size = min(12, height*0.8)
	}
	if w := font.Width(value, size); w > width {
		size *= width / w
	}
	if size < smallestSize {
		return ErrTooLong.with(map[string]any{"field": x.name, "value": value})
	}
	subset, err := font.Subset([]rune(value))
	if err != nil {
		return err
	}
	codes, err := subset.Encode(value)
	if err != nil {
		return err
	}
	left := 0.0
	switch align, _ := f.Int(x.dict["Q"]); align {
	case 1:
		left = (width - font.Width(value, size)) / 2
	case 2:
		left = width - font.Width(value, size)
	}
	down, up := -size*float64(font.Metrics.Descent)/1000, size*float64(font.Metrics.Ascent)/1000
	content := fmt.Sprintf("/Tx BMC\nq BT /Text %.3f Tf 0 g %.3f %.3f Td <%s> Tj ET Q\nEMC\n", size, left,
		down+max(0, height-up-down)/2, hex.EncodeToString(codes))
	d := x.dict.Clone()
	d["V"] = pdf.TextString(value)
	d["AP"] = pdf.Dict{"N": u.Add(formXObject(width, height, pdf.Dict{"Font": pdf.Dict{"Text": subset.Objects(u.Add)}}, []byte(content)))}
	u.Set(x.ref, d)
	return nil
}

// fieldFont reads the default appearance of a field, its own or the form's: the style that its font has, and its size.
func fieldFont(f *pdf.File, x formField) (*typeface.Font, float64) {
	form := f.Dict(f.Root()["AcroForm"])
	words := strings.Fields(f.Text(x.dict["DA"]))
	if len(words) == 0 {
		words = strings.Fields(f.Text(form["DA"]))
	}
	style, size := typeface.Regular, 0.0
	for i := 2; i < len(words); i++ {
		if words[i] != "Tf" {
			continue
		}
		size, _ = strconv.ParseFloat(words[i-1], 64)
		fonts := f.Dict(f.Dict(form["DR"])["Font"])
		base := string(f.Name(f.Dict(fonts[pdf.Name(strings.TrimPrefix(words[i-2], "/"))])["BaseFont"]))
		for s := typeface.BoldItalic; s > typeface.Regular; s-- {
			if strings.HasSuffix(base, "+"+typeface.Tinos(s).Name) {
				style = s
			}
		}
	}
	if !(size > 0 && size < 200) {
		size = 0
	}
	return typeface.Tinos(style), size
}
