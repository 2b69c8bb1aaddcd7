package xmldsig

import (
	"bytes"
)

// Class says what stands where a packet signature stands (domain/exchange.md X8.3).
type Class string

// The classes.
const (
	Absent        Class = "absent"
	NotASignature Class = "not_a_signature" // an element of that name outside the xmldsig namespace, as the samples of the national gateway carry
	Valid         Class = "valid"
	ValidWeak     Class = "valid_weak" // SHA-1 or a short key
	Invalid       Class = "invalid"
)

// Classify judges a foreign message without blocking it (X8.4). The result is given for the valid classes, the reason for Invalid.
// A message that the strict reader does not accept is Invalid only where it claims an xmldsig signature at all.
func Classify(doc []byte, parent Path, o Options) (Class, *Result, error) {
	v, err := take(doc, nil, o.limit())
	if err != nil {
		return guess(doc, err)
	}
	if v.signatures == 0 {
		if v.lookalike {
			return NotASignature, nil, nil
		}
		return Absent, nil, nil
	}
	r, err := v.verify(doc, parent, o)
	switch {
	case err != nil:
		return Invalid, nil, err
	case len(r.Weak) > 0:
		return ValidWeak, r, nil
	}
	return Valid, r, nil
}

// guess looks at the raw bytes of what cannot be read: it never gives a valid class.
func guess(doc []byte, why error) (Class, *Result, error) {
	if bytes.Contains(doc, []byte(dsigSpace+`"`)) || bytes.Contains(doc, []byte(dsigSpace+`'`)) {
		return Invalid, nil, why
	}
	if bytes.Contains(doc, []byte("Signature>")) || bytes.Contains(doc, []byte("Signature ")) || bytes.Contains(doc, []byte("Signature/>")) {
		return NotASignature, nil, why
	}
	return Absent, nil, why
}
