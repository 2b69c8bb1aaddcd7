package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"congvu/internal/transcript"
)

// transcribe is the child process in which the server reads a stranger's PDF (package transcript). People have no use for it.
func transcribe(ctx context.Context, w *world, args []string) error {
	if len(args) > 0 {
		return badUsage("transcribe không nhận tham số: máy chủ tự gọi lệnh này")
	}
	return transcript.Serve(ctx, w.in, w.out)
}

// newReader reads files in children of this program, with PDFium's compiled code kept beside the data. Test binaries are no such program.
func newReader(data string) (*transcript.Reader, error) {
	cache := filepath.Join(data, "cache", "pdfium")
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return nil, err
	}
	r := &transcript.Reader{CacheDir: cache}
	if self, err := os.Executable(); err == nil && !strings.HasSuffix(self, ".test") && strings.HasPrefix(filepath.Base(self), "congvu") {
		r.Command = []string{self, "transcribe"}
	}
	return r, nil
}
