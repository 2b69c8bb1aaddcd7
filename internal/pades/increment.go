package pades

import (
	"context"
	"hash"
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
	container, err := req.signContainer(ctx, h.Sum(nil))
	if err != nil {
		return err
	}
	return putContainer(x.bytes[x.hole[0]:x.hole[1]], container)
}
