//go:build !pkcs11 || !linux || !(amd64 || arm64)

package signer

// Built tells whether this build can load a vendor's library.
const Built = false

// OpenDevice refuses: see ErrNotBuilt.
func OpenDevice(Device) (Token, error) { return nil, ErrNotBuilt }
