package documents

import (
	"context"
	"strings"
	"time"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/keys"
	"congvu/internal/pades"
	"congvu/internal/paper"
	"congvu/internal/store"
)

// Colours of appearances without an image: ink of signatures is blue, of seals red (S4.10).
var (
	blueInk = [3]float64{0.07, 0.18, 0.56}
	redInk  = [3]float64{0.80, 0.05, 0.09}
)

// look is what a signature of somebody shows on a day.
type look struct {
	image   *pades.Image // nil: none
	placing Placing
}

// lookOf finds how somebody's signatures are shown on a day: the approved picture of that day; else the one approved together with the
// certificate; a sample for certificates that are worthless anyway; else none. The placing is the agency's.
func (d *Desk) lookOf(ctx context.Context, p *pen, name string, sample func(string) ([]byte, error), on calendar.Date) (look, error) {
	var l look
	var err error
	b := p.bound
	if l.placing, err = placingOn(ctx, d.DB, b.AgencyID, on); err != nil {
		return l, err
	}
	kind := PictureSignature
	if b.OwnerKind == OwnerAgency {
		kind = PictureSeal
	}
	own, ok, err := store.Maybe[Picture](ctx, d.DB, sqlPictureOn, b.AgencyID, b.OwnerKind, b.OwnerID, kind, on)
	switch {
	case err != nil:
	case ok:
		l.image, err = d.kept(ctx, own.SHA)
	case b.ImageSHA != "":
		l.image, err = d.kept(ctx, b.ImageSHA)
	case keys.IsTest(p.cert):
		l.image, err = pictures.get("sample "+b.OwnerKind+" "+name, func() ([]byte, error) { return sample(name) })
	}
	return l, err
}

// placingOn gives how an agency places signatures on a day.
func placingOn(ctx context.Context, r store.Reader, agency int64, on calendar.Date) (Placing, error) {
	p := LawfulPlacing()
	set, ok, err := store.Maybe[Picture](ctx, r, sqlPictureOn, agency, OwnerAgency, agency, PicturePlacing, on)
	if err == nil && ok {
		err = decode(set.Placing, &p)
	}
	return p, err
}

// PlacingOn gives how the actor's agency places signatures on a day; the law's way when it has none of its own.
func PlacingOn(ctx context.Context, r store.Reader, a store.Actor, on calendar.Date) (Placing, error) {
	return placingOn(ctx, r, a.Agency, on)
}

// PlacingOf reads a version of the kind PicturePlacing.
func PlacingOf(p Picture) (Placing, error) {
	g := LawfulPlacing()
	return g, decode(p.Placing, &g)
}

// personal shows a person's signature: its image in the middle of its place (S4.1), so that its rectangle is the image's own and a seal can be
// placed by it; without an image who signed and when. No place, no appearance.
func (l look) personal(where places, name string, at time.Time) *pades.Appearance {
	b := where.Signature
	if b.Page == 0 {
		return nil
	}
	if !where.Uploaded && !where.FullNumber {
		b = l.placing.Sign.moved(b)
	}
	a := &pades.Appearance{Page: b.Page, Rect: [4]float64{b.Left, b.Bottom, b.Right, b.Top}, Image: l.image}
	switch {
	case l.image == nil:
		a.Lines, a.Centred, a.Color = []string{"Đã ký số", name, l.placing.stamp(at)}, true, blueInk
	case where.Turn%180 == 0:
		a.Rect[0], a.Rect[1], a.Rect[2], a.Rect[3] = l.image.Fit(b.Left, b.Bottom, b.Right, b.Top)
	default:
		turned := pades.Image{Width: l.image.Height, Height: l.image.Width}
		a.Rect[0], a.Rect[1], a.Rect[2], a.Rect[3] = turned.Fit(b.Left, b.Bottom, b.Right, b.Top)
	}
	return a
}

// sealed shows the agency's seal in its real size over the left third of the person's signature as that stands in the file (S4.2); without an
// image the agency's name in red.
func (l look) sealed(file []byte, where places, name string, at time.Time) (*pades.Appearance, error) {
	if where.Seal.Page == 0 {
		return nil, nil
	}
	seen, err := pades.Seen(file)
	if err != nil {
		return nil, err
	}
	width := l.placing.Seal.Width * pointsPerMM
	if width == 0 && l.image != nil {
		width = l.image.WidthPoints
	}
	if width == 0 {
		width = lawfulSealMM * pointsPerMM
	}
	height := width
	if l.image != nil {
		height = width * float64(l.image.Height) / float64(l.image.Width)
	}
	a := &pades.Appearance{Page: where.Seal.Page, Rect: [4]float64{where.Seal.Left, where.Seal.Bottom, where.Seal.Right, where.Seal.Top}, Image: l.image}
	if len(seen) > 0 { // the last signature before the seal is the competent person's; initials stand before it
		sign := seen[len(seen)-1]
		page, high := sign.Frame.Size()
		a.Page, a.Rect = sign.Page, sign.Frame.Rect(inside(l.placing.Seal.over(sign.Frame.Seen(sign.Rect), width, height), page, high))
	}
	if l.image == nil {
		a.Lines, a.Centred, a.Color = []string{name, "Đã ký số", l.placing.stamp(at)}, true, redInk
	}
	return a, nil
}

// block is the text of the agency's signature in the corner of a file of its own. under keeps it below what stands in that corner, in points.
func (l look) block(file []byte, first string, at time.Time, under float64) (*pades.Appearance, error) {
	e := l.placing.Block
	return pades.Block(file, []string{first, l.placing.stamp(at)}, e.Right*pointsPerMM, max(e.Top*pointsPerMM, under))
}

// numberFieldsEnd is how far down the fields for number and date reach that uploaded files get in their corner (addFields).
const numberFieldsEnd = 42.0

// sealMain shows the agency's signature on the main file: the seal on originals, the text of a copy on copies (S4.4).
func (d *Desk) sealMain(ctx context.Context, o *Outgoing, f File, where places, p *pen, name string, at time.Time) (*pades.Appearance, error) {
	b, err := blob.ReadAll(ctx, d.Blobs, f.SHA, f.Size)
	if err != nil {
		return nil, err
	}
	kind, err := FindType(ctx, d.DB, o.TypeCode)
	if err != nil {
		return nil, err
	}
	if kind.Category != "copy" {
		return p.look.sealed(b, where, name, at)
	}
	under := 0.0
	if where.FullNumber {
		under = numberFieldsEnd
	}
	return p.look.block(b, copyForm(kind.Name)+"; "+name+";", at, under)
}

// copyForm is the form of a copy as its signature names it: "Sao y" of "Bản sao y".
func copyForm(typeName string) string {
	form := strings.TrimPrefix(typeName, "Bản ")
	letters := []rune(form)
	if len(letters) == 0 {
		return typeName
	}
	return strings.ToUpper(string(letters[:1])) + string(letters[1:])
}

// sealAnnex shows the agency's signature on a file of its own that goes with a document (S4.3).
func (d *Desk) sealAnnex(ctx context.Context, o *Outgoing, f File, p *pen, at time.Time) (*pades.Appearance, error) {
	b, err := blob.ReadAll(ctx, d.Blobs, f.SHA, f.Size)
	if err != nil {
		return nil, err
	}
	return p.look.block(b, "Số: "+o.NumberText+";", at, 0)
}

// uploadPlaces finds the places of signature and seal on an uploaded file by the agency's placing.
func uploadPlaces(frame pades.Frame, page int, placing Placing) places {
	width, height := frame.Size()
	seen := placing.Upload.on(width, height)
	box := func(r [4]float64) paper.Box {
		own := frame.Rect(r)
		return paper.Box{Page: page, Left: own[0], Bottom: own[1], Right: own[2], Top: own[3]}
	}
	seal := placing.Seal.Width * pointsPerMM
	if seal == 0 {
		seal = lawfulSealMM * pointsPerMM
	}
	w := places{Uploaded: true, Turn: frame.Turn}
	w.Signature, w.Seal = box(seen), box(inside(placing.Seal.over(seen, seal, seal), width, height))
	return w
}
