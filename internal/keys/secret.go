package keys

import "encoding/base64"

// Seal closes a secret that is not a key, for a table: what comes back is text that only a store with the same master secret opens, and only under
// the same name.
func (s *Store) Seal(name string, plain []byte) (string, error) {
	b, err := s.seal.close(plain, secretBinding(name))
	return base64.StdEncoding.EncodeToString(b), err
}

// Unseal opens what Seal closed; ErrDamaged for anything else.
func (s *Store) Unseal(name, sealed string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err == nil {
		b, err = s.seal.open(b, secretBinding(name))
	}
	if err != nil {
		return nil, ErrDamaged.with("name", name).because("%w", err)
	}
	return b, nil
}

func secretBinding(name string) []byte { return []byte("congvu secret 1\x00" + name) }
