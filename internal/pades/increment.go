package pades

import (
	"context"
	"crypto"
	"hash"

	"congvu/internal/cms"
)

// increment is what a signature appends to a file: complete but for the container.
type increment struct {
	bytes []byte
	hole  [2]int // the Contents token, in bytes
}

// sign makes the container over the file and this increment and puts it in; h has hashed the file so far.
func (x *increment) sign(ctx context.Context, h hash.Hash, req Request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h.Write(x.bytes[:x.hole[0]])
	h.Write(x.bytes[x.hole[1]:])
	container, err := cms.Sign(h.Sum(nil), crypto.SHA256, req.Certificate, req.Chain, req.Key, cms.SignOptions{})
	if err != nil {
		return err
	}
	return putContainer(x.bytes[x.hole[0]:x.hole[1]], container)
}
