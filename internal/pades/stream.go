package pades

import (
	"context"
	"crypto/sha256"
	"io"
	"os"

	"congvu/internal/cms"
	"congvu/internal/pdf"
)

// SignFile signs src as Sign does and writes the whole new file to dst. It needs memory for the structure of the file only,
// not for its bytes (docs/decisions/0011). The same refusals as Sign; ErrAltered when src changes meanwhile. After an error what
// dst has received is worth nothing.
func SignFile(ctx context.Context, dst io.Writer, src *os.File, req Request) error {
	if req.Key == nil {
		return ErrRequest.because("no key")
	}
	if req.Stamper != nil && req.Reserve == 0 && req.Certificate != nil {
		// What is written cannot be taken back when the token turns out larger than expected.
		req.Reserve = 2 * cms.Reserve(req.Certificate, req.Chain)
	}
	before, err := src.Stat()
	if err != nil {
		return err
	}
	var tail *increment
	err = pdf.Mapped(src, func(data []byte) error {
		var err error
		tail, err = extend(data, &req)
		return err
	})
	if err != nil {
		return err
	}
	h := sha256.New()
	if err := copyWhole(ctx, io.MultiWriter(h, dst), src, before.Size()); err != nil {
		return err
	}
	after, err := src.Stat()
	if err != nil {
		return err
	}
	if after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return ErrAltered
	}
	if err := tail.sign(ctx, h, req); err != nil {
		return err
	}
	_, err = dst.Write(tail.bytes)
	return err
}

// copyWhole copies size bytes from the beginning of src, and looks between its steps whether somebody still waits for them.
func copyWhole(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64) error {
	const step = 1 << 20
	buffer := make([]byte, step)
	for at := int64(0); at < size; at += step {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := buffer[:min(step, size-at)]
		switch n, err := src.ReadAt(part, at); {
		case n < len(part) && err == io.EOF:
			return ErrAltered
		case n < len(part):
			return err
		}
		if _, err := dst.Write(part); err != nil {
			return err
		}
	}
	return nil
}
