package keys

import (
	"crypto"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
)

// Ring is a further place where keys live, such as a hardware token: it signs, but no key ever leaves it. Safe for concurrent use.
type Ring interface {
	// List gives the keys with their names, which begin with the prefix the ring is attached under, and their Place.
	List() ([]Entry, error)
	Signer(name string) (crypto.Signer, *x509.Certificate, []*x509.Certificate, error)
}

type attached struct {
	prefix string
	ring   Ring
}

// Attach puts a ring beside the store: names with that prefix which the folder does not hold are asked of the ring, and the store keeps no new
// key under them. Attach before the store is used by several.
func (s *Store) Attach(prefix string, r Ring) { s.rings = append(s.rings, attached{prefix, r}) }

// Rings lists the keys of the attached rings. One that does not answer says why in troubles and hides no other.
func (s *Store) Rings() (all []Entry, troubles []error) {
	for _, a := range s.rings {
		entries, err := a.ring.List()
		if err != nil {
			troubles = append(troubles, err)
		}
		all = append(all, entries...)
	}
	return all, troubles
}

// beside gives the ring that names with the prefix of name belong to.
func (s *Store) beside(name string) (Ring, bool) {
	for _, a := range s.rings {
		if strings.HasPrefix(name, a.prefix) {
			return a.ring, true
		}
	}
	return nil, false
}

// withRings adds the rings' keys to the folder's; of two with one name the folder's is meant, as in Signer.
func (s *Store) withRings(own []Entry) []Entry {
	more, _ := s.Rings()
	for _, e := range more {
		if !slices.ContainsFunc(own, func(o Entry) bool { return o.Name == e.Name }) {
			own = append(own, e)
		}
	}
	slices.SortFunc(own, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return own
}

// fromRing answers for a name that the folder does not hold.
func (s *Store) fromRing(name string, missing error) (crypto.Signer, *x509.Certificate, []*x509.Certificate, error) {
	if r, ok := s.beside(name); ok && errors.Is(missing, ErrNotFound) {
		return r.Signer(name)
	}
	return nil, nil, nil, missing
}
