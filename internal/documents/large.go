package documents

import (
	"context"
	"fmt"
	"io"
	"os"

	"congvu/internal/pades"
	"congvu/internal/pdf"
)

// largeFile is from how many bytes a file is signed and judged from a disk instead of in memory, where it would stand three times.
const largeFile = 8 << 20

// signLarge signs a large file through two temporary files, gives the new revision to the store and judges it. Only its
// structure is held in memory.
func (d *Desk) signLarge(ctx context.Context, f *File, req pades.Request) error {
	src, err := temporary()
	if err != nil {
		return err
	}
	defer discard(src)
	if err := d.fetch(ctx, src, f.SHA); err != nil {
		return fmt.Errorf("read what is to be signed: %w", err)
	}
	signed, err := temporary()
	if err != nil {
		return err
	}
	defer discard(signed)
	if err := pades.SignFile(ctx, signed, src, req); err != nil {
		return refuseReason("", err)
	}
	size, err := signed.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	ref, err := d.Blobs.Put(ctx, io.NewSectionReader(signed, 0, size), size)
	if err != nil {
		return refuseReason("file", err)
	}
	f.SHA, f.Size = ref.SHA, ref.Size
	return pdf.Mapped(signed, func(data []byte) error { return d.examineBytes(f, data) })
}

// fetch copies a kept file; the store notices bytes that are not those of its hash.
func (d *Desk) fetch(ctx context.Context, to io.Writer, sha string) error {
	kept, err := d.Blobs.Open(ctx, sha)
	if err != nil {
		return err
	}
	defer kept.Close()
	_, err = io.Copy(to, kept)
	return err
}

func temporary() (*os.File, error) { return os.CreateTemp("", "congvu-sign-*") }

func discard(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}
