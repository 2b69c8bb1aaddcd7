//go:build !linux

package blob

import "errors"

func mountSmall(string, string) error { return errors.New("only on Linux") }
