package main

import (
	"errors"
	"os"
	"runtime/pprof"
)

// profiled writes the CPU profile of this process (pprof) into a file until end is called, and then what it had allocated (samples) into FILE.allocs; without a
// file name it does nothing.
func profiled(file string) (end func() error, err error) {
	if file == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		if err := f.Close(); err != nil {
			return err
		}
		all, err := os.Create(file + ".allocs")
		if err != nil {
			return err
		}
		return errors.Join(pprof.Lookup("allocs").WriteTo(all, 0), all.Close())
	}, nil
}

// serverProfile is where the server of a measurement writes its profile beside that of the measuring program.
func serverProfile(file string) string {
	if file == "" {
		return ""
	}
	return file + ".server"
}
