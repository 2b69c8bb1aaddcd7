package city

import (
	"bytes"
	"context"

	"congvu/internal/blob"
)

// picture keeps a small sample picture of a seal or signature, about 200 dpi: drawn once an owner, and small enough that the many signatures of a
// quarter do not spend their time on pixels.
func picture(ctx context.Context, files blob.Store, sample func(string) ([]byte, error), name string) (sha string, err error) {
	b, err := sample(name)
	if err != nil {
		return "", err
	}
	ref, err := files.Put(ctx, bytes.NewReader(b), 0)
	return ref.SHA, err
}
