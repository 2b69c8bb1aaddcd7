package api_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/paper"
)

// photograph is a thick stroke of ink on white paper.
func photograph(t *testing.T) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 200, 100))
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	for y := 30; y < 70; y++ {
		for x := 20; x < 180; x++ {
			m.SetNRGBA(x, y, color.NRGBA{0x12, 0x2f, 0xa8, 0xff})
		}
	}
	var b bytes.Buffer
	must(t, png.Encode(&b, m))
	return b.Bytes()
}

// The library through the API: a signature is proposed and approved, a seal needs its real size, a placing its limits; refusals leave nothing behind.
func TestPicturesAreProposedAndApprovedThroughTheAPI(t *testing.T) {
	w := newTown(t)
	head, clerk, admin := w.as("head"), w.as("clerk"), w.as("admin")
	_, err := head.ProposePicture(bg, "signature", "x.png", bytes.NewReader(photograph(t)), client.PictureProposal{})
	if p := refused(t, err, http.StatusUnprocessableEntity); !strings.Contains(p.Error(), "trong suốt") {
		t.Error(p)
	}
	own, err := head.ProposePicture(bg, "signature", "x.png", bytes.NewReader(photograph(t)), client.PictureProposal{Whiten: true, ValidFrom: "2026-11-24", ValidTo: "2026-12-31", Note: "ký mới"})
	must(t, err)
	if own.State != documents.PictureProposed || own.Tint != "blue" || own.ValidTo != "2026-12-31" || own.WidthPx < 150 || own.Note != "ký mới" {
		t.Errorf("%+v", own)
	}
	_, err = head.ProposePicture(bg, "signature", "x.png", bytes.NewReader(photograph(t)), client.PictureProposal{Whiten: true})
	refused(t, err, http.StatusConflict)
	_, err = head.ApprovePicture(bg, own.ID)
	refused(t, err, http.StatusForbidden)
	waiting, err := admin.Pictures(bg, "waiting")
	if err != nil || len(waiting) != 1 || waiting[0].ID != own.ID {
		t.Fatalf("%+v %v", waiting, err)
	}
	done, err := admin.ApprovePicture(bg, own.ID)
	if err != nil || done.State != documents.PictureApproved || done.DecidedAt == nil {
		t.Errorf("%+v %v", done, err)
	}

	seal, err := paper.SealImage("Ủy ban nhân dân xã Vĩnh Lĩnh")
	must(t, err)
	_, err = clerk.ProposePicture(bg, "seal", "x.png", bytes.NewReader(seal), client.PictureProposal{})
	refused(t, err, http.StatusUnprocessableEntity)
	_, err = head.ProposePicture(bg, "seal", "x.png", bytes.NewReader(seal), client.PictureProposal{WidthMM: 36})
	refused(t, err, http.StatusForbidden)
	red, err := clerk.ProposePicture(bg, "seal", "x.png", bytes.NewReader(seal), client.PictureProposal{WidthMM: 36})
	must(t, err)
	red, err = admin.RejectPicture(bg, red.ID, "sai mẫu dấu")
	if err != nil || red.Reason != "sai mẫu dấu" || red.WidthMM != 36 {
		t.Errorf("%+v %v", red, err)
	}

	now, err := clerk.Placing(bg)
	if err != nil || len(now.Findings) != 0 || now.Placing.Sign.Width != 50 {
		t.Fatalf("%+v %v", now, err)
	}
	now.Placing.Seal.Right = 20
	bad := now.Placing
	bad.Block.Top = 900
	_, err = clerk.ProposePlacing(bg, client.PlacingProposal{Placing: bad})
	refused(t, err, http.StatusUnprocessableEntity)
	_, err = clerk.ProposePlacing(bg, client.PlacingProposal{Placing: now.Placing, ValidFrom: "hôm nay"})
	refused(t, err, http.StatusUnprocessableEntity)
	placing, err := clerk.ProposePlacing(bg, client.PlacingProposal{Placing: now.Placing})
	must(t, err)
	_, err = admin.ApprovePicture(bg, placing.ID)
	must(t, err)
	if now, err = head.Placing(bg); err != nil || now.Placing.Seal.Right != 20 || len(now.Findings) != 1 {
		t.Errorf("%+v %v", now, err)
	}
	ended, err := admin.WithdrawPicture(bg, placing.ID, "thử xong")
	if err != nil || ended.State != documents.PictureWithdrawn {
		t.Errorf("%+v %v", ended, err)
	}
	mine, err := head.Pictures(bg, "mine")
	if err != nil || len(mine) != 1 {
		t.Errorf("%+v %v", mine, err)
	}
}
