package pdf

import (
	"fmt"
	"os"
	"runtime/debug"
)

// Mapped gives use the bytes of an open file without reading it into memory where the system can map files, with a copy of it
// elsewhere. The bytes, and objects read from them, are valid only inside use. A file that is cut short meanwhile, or cannot
// be read from its disk, is an error and not the end of the program.
func Mapped(f *os.File, use func(data []byte) error) (err error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no regular file", f.Name())
	case info.Size() == 0:
		return ErrNotPDF
	case int64(int(info.Size())) != info.Size():
		return limit("a file of %d bytes", info.Size())
	}
	data, done, err := mapFile(f, int(info.Size()))
	if err != nil {
		return err
	}
	defer done()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch r := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			err = fmt.Errorf("%s became unreadable: %v", f.Name(), r)
		default:
			panic(r)
		}
	}()
	return use(data)
}
