//go:build pkcs11 && linux && (amd64 || arm64)

package signer

import "testing"

func init() {
	direct = func(b *testing.B, h *hsm) Token {
		certs, err := Certificates(h.path("certificates"))
		must(b, err)
		token, err := OpenDevice(Device{Module: h.module, Token: "unit1", PIN: []byte(testPIN), Certificates: certs})
		must(b, err)
		_, err = token.Keys()
		must(b, err)
		return token
	}
}
