package city

import (
	"bytes"
	"context"
	"image"
	"image/png"

	"congvu/internal/blob"

	"golang.org/x/image/draw"
)

// picture keeps a sample picture of a seal or signature at half its size, about 200 dpi: drawn once an owner, and small enough that the
// hundreds of signatures of a quarter do not spend their time on pixels.
func picture(ctx context.Context, files blob.Store, sample func(string) ([]byte, error), name string) (sha string, err error) {
	b, err := sample(name)
	if err != nil {
		return "", err
	}
	large, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	small := image.NewNRGBA(image.Rect(0, 0, large.Bounds().Dx()/2, large.Bounds().Dy()/2))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), large, large.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&out, small); err != nil {
		return "", err
	}
	ref, err := files.Put(ctx, &out, 0)
	return ref.SHA, err
}
