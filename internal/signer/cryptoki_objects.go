//go:build pkcs11 && linux && (amd64 || arm64)

package signer

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"math/big"
	"runtime"
	"unsafe"
)

// Attributes and classes of objects.
const (
	attrClass       = 0x0
	attrLabel       = 0x3
	attrValue       = 0x11
	attrCertType    = 0x80
	attrKeyType     = 0x100
	attrID          = 0x102
	attrSign        = 0x108
	attrModulus     = 0x120
	attrExponent    = 0x122
	attrPublicInfo  = 0x129
	attrECParams    = 0x180
	attrECPoint     = 0x181
	attrAlwaysAsk   = 0x202
	classCert       = 1
	classPublic     = 2
	classPrivate    = 3
	keyRSA          = 0
	keyEC           = 3
	mostAttribute   = 64 << 10
	mostObjects     = 4 * mostKeys
	objectsPerRound = 64
)

type attribute struct {
	kind  ulong
	value unsafe.Pointer
	size  ulong
}

// find lists the objects of a class.
func (m *module) find(session, class ulong) ([]ulong, error) {
	value := &class
	template := []attribute{{attrClass, unsafe.Pointer(value), 8}}
	err := m.call(fnFindObjectsInit, uintptr(session), uintptr(unsafe.Pointer(&template[0])), 1)
	runtime.KeepAlive(value)
	if err != nil {
		return nil, err
	}
	defer m.call(fnFindObjectsFinal, uintptr(session))
	var all []ulong
	for len(all) < mostObjects {
		var n ulong
		some := make([]ulong, objectsPerRound)
		if err := m.call(fnFindObjects, uintptr(session), uintptr(unsafe.Pointer(&some[0])), objectsPerRound, uintptr(unsafe.Pointer(&n))); err != nil {
			return nil, err
		}
		if n == 0 || n > objectsPerRound {
			break
		}
		all = append(all, some[:n]...)
	}
	return all, nil
}

// attribute gives nil where the object has no such attribute or does not show it.
func (m *module) attribute(session, object, kind ulong) []byte {
	a := []attribute{{kind: kind}}
	if m.call(fnGetAttributeValue, uintptr(session), uintptr(object), uintptr(unsafe.Pointer(&a[0])), 1) != nil || a[0].size == 0 || a[0].size > mostAttribute {
		return nil // unavailable is more than any size, too
	}
	value := make([]byte, a[0].size)
	a[0].value = unsafe.Pointer(&value[0])
	err := m.call(fnGetAttributeValue, uintptr(session), uintptr(object), uintptr(unsafe.Pointer(&a[0])), 1)
	runtime.KeepAlive(value)
	if err != nil || a[0].size > ulong(len(value)) {
		return nil
	}
	return value[:a[0].size]
}

func (m *module) number(session, object, kind ulong) ulong {
	if b := m.attribute(session, object, kind); len(b) == 8 {
		return binary.LittleEndian.Uint64(b)
	}
	return unavailable
}

func (m *module) yes(session, object, kind ulong) bool {
	b := m.attribute(session, object, kind)
	return len(b) == 1 && b[0] != 0
}

// object is a key or a certificate as the token shows it.
type object struct {
	handle    ulong
	id        []byte
	label     string
	public    crypto.PublicKey // nil when it cannot be read
	curve     string           // of a private key, as curveName has it
	alwaysAsk bool
	cert      *x509.Certificate
}

// objects reads all objects of a class that could matter for signing.
func (m *module) objects(session, class ulong) ([]object, error) {
	handles, err := m.find(session, class)
	if err != nil {
		return nil, err
	}
	var out []object
	for _, h := range handles {
		o := object{handle: h, id: m.attribute(session, h, attrID), label: padded(m.attribute(session, h, attrLabel))}
		switch class {
		case classCert:
			if m.number(session, h, attrCertType) != 0 {
				continue
			}
			if o.cert, err = x509.ParseCertificate(m.attribute(session, h, attrValue)); err != nil {
				continue // of another form, or nothing that a signature could be checked with
			}
			o.public = o.cert.PublicKey
		case classPrivate:
			if b := m.attribute(session, h, attrSign); len(b) == 1 && b[0] == 0 {
				continue
			}
			o.alwaysAsk = m.yes(session, h, attrAlwaysAsk)
			o.public = m.public(session, h)
			o.curve = m.curve(session, h)
		default:
			o.public = m.public(session, h)
		}
		out = append(out, o)
	}
	return out, nil
}

// public reads the public half out of a key object: as a whole where the token gives it, else from its numbers.
func (m *module) public(session, h ulong) crypto.PublicKey {
	if pub, err := x509.ParsePKIXPublicKey(m.attribute(session, h, attrPublicInfo)); err == nil {
		return pub
	}
	switch m.number(session, h, attrKeyType) {
	case keyRSA:
		n, e := new(big.Int).SetBytes(m.attribute(session, h, attrModulus)), new(big.Int).SetBytes(m.attribute(session, h, attrExponent))
		if n.Sign() > 0 && e.IsInt64() && e.Int64() > 1 && e.Int64() < 1<<31 {
			return &rsa.PublicKey{N: n, E: int(e.Int64())}
		}
	case keyEC:
		curve, ok := curves[string(m.attribute(session, h, attrECParams))]
		if !ok {
			return nil
		}
		point := m.attribute(session, h, attrECPoint)
		var inner []byte
		if rest, err := asn1.Unmarshal(point, &inner); err == nil && len(rest) == 0 {
			point = inner // as the standard has it; some libraries leave the wrapping out
		}
		if pub, err := ecdsa.ParseUncompressedPublicKey(curve, point); err == nil {
			return pub
		}
	}
	return nil
}

// curve reads what a private key shows of its parameters.
func (m *module) curve(session, h ulong) string {
	switch m.number(session, h, attrKeyType) {
	case keyRSA:
		return ""
	case keyEC:
		if c, ok := curves[string(m.attribute(session, h, attrECParams))]; ok {
			return c.Params().Name
		}
	}
	return "?"
}

// curves by the DER of their names.
var curves = map[string]elliptic.Curve{
	"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07": elliptic.P256(),
	"\x06\x05\x2b\x81\x04\x00\x22":             elliptic.P384(),
}

// publicOf finds the public half of a private key: its own attributes, else the public key or the certificate with the same CKA_ID and
// parameters. Where several share these, as careless tools leave it, the label decides; nil when that leaves a doubt.
func publicOf(private object, others []object) crypto.PublicKey {
	if private.public != nil {
		return private.public
	}
	var same, named []crypto.PublicKey
	for _, o := range others {
		if len(o.id) == 0 || !bytes.Equal(o.id, private.id) || curveName(o.public) != private.curve {
			continue
		}
		same = addKey(same, o.public)
		if o.label == private.label {
			named = addKey(named, o.public)
		}
	}
	switch {
	case len(same) == 1:
		return same[0]
	case len(named) == 1:
		return named[0]
	}
	return nil
}

func addKey(all []crypto.PublicKey, k crypto.PublicKey) []crypto.PublicKey {
	for _, have := range all {
		if e, ok := have.(interface{ Equal(crypto.PublicKey) bool }); ok && e.Equal(k) {
			return all
		}
	}
	return append(all, k)
}

// curveName is "" for RSA, "?" for what cannot sign here.
func curveName(pub crypto.PublicKey) string {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return ""
	case *ecdsa.PublicKey:
		return k.Curve.Params().Name
	}
	return "?"
}
