package paper

import (
	"bytes"
	"image"
	"image/png"
	"testing"
)

func decoded(t *testing.T, data []byte, err error) image.Image {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// PL I II.7–8: red seal, blue signature, PNG on a transparent ground.
func TestSamplePicturesHaveTheColoursOfTheDecree(t *testing.T) {
	data, err := SealImage("Ủy ban nhân dân thành phố Huế")
	seal := decoded(t, data, err)
	if _, _, _, a := seal.At(2, 2).RGBA(); a != 0 {
		t.Error("the seal's ground is not transparent")
	}
	if r, g, b, a := seal.At(sealPixels/2, sealPixels/2).RGBA(); a == 0 || r < 0xC000 || g > 0x3000 || b > 0x3000 {
		t.Errorf("the seal's star is not red: %x %x %x %x", r, g, b, a)
	}
	data, err = SignatureImage("Nguyễn Thị Minh Khai")
	sign := decoded(t, data, err)
	inked := 0
	for y := range sign.Bounds().Dy() {
		for x := range sign.Bounds().Dx() {
			if r, _, b, a := sign.At(x, y).RGBA(); a == 0xFFFF {
				inked++
				if b < 2*r {
					t.Fatalf("ink at %d,%d is not blue", x, y)
				}
			}
		}
	}
	if all := sign.Bounds().Dx() * sign.Bounds().Dy(); inked < all/100 || inked > all/5 {
		t.Errorf("%d of %d points are inked", inked, all)
	}
}

func TestSamplePicturesDependOnTheNameOnly(t *testing.T) {
	a, _ := SignatureImage("Trần Văn Bình")
	b, _ := SignatureImage("Trần Văn Bình")
	c, _ := SignatureImage("Trần Văn Minh")
	if !bytes.Equal(a, b) || bytes.Equal(a, c) {
		t.Error("signatures do not follow the name")
	}
	a, _ = SealImage("Sở Nội vụ")
	b, _ = SealImage("Sở Nội vụ")
	c, _ = SealImage("Ủy ban nhân dân phường Vỹ Dạ, thành phố Huế, nơi có tên gọi rất dài")
	if !bytes.Equal(a, b) || bytes.Equal(a, c) {
		t.Error("seals do not follow the name")
	}
}
