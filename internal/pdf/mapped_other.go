//go:build !unix

package pdf

import (
	"io"
	"os"
)

func mapFile(f *os.File, size int) (data []byte, done func(), err error) {
	data = make([]byte, size)
	_, err = io.ReadFull(io.NewSectionReader(f, 0, int64(size)), data)
	return data, func() {}, err
}
