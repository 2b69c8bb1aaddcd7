package pades

import (
	"crypto/sha1" // names entries, proves nothing
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"congvu/internal/pdf"
)

// proofs is what the security store is to hold about one signature.
type proofs struct {
	key          string // of the signature's entry in VRI
	certificates [][]byte
	ocsps, crls  [][]byte
}

// entryKey names a signature in the VRI dictionary: the upper-case SHA-1 of its Contents with the padding (ISO 32000-2, 12.8.4.4).
func entryKey(contents []byte) string {
	sum := sha1.Sum(contents)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// securityStore is the document security store of a file being extended. What is there stays; nothing is written twice.
type securityStore struct {
	file   *pdf.File
	update *pdf.Update
	dict   pdf.Dict
	held   map[pdf.Name]map[[32]byte]pdf.Ref // by list, by content
	grown  bool
}

// storeLists are the common lists; an entry's own lists bear the same names in the singular.
var storeLists = []pdf.Name{"Certs", "OCSPs", "CRLs"}

// addProofs appends a revision with the proofs to a file; the file itself when all of them are there.
func addProofs(file []byte, all []proofs) ([]byte, error) {
	f, err := openForChange(file)
	if err != nil {
		return nil, err
	}
	st := &securityStore{file: f, update: pdf.NewUpdate(f), held: map[pdf.Name]map[[32]byte]pdf.Ref{}}
	st.dict = st.update.Dict(f.Root()["DSS"])
	st.readHeld()
	for _, p := range all {
		st.add(p)
	}
	if !st.grown {
		return file, nil
	}
	st.enterCatalog()
	out, _, err := st.update.Finish()
	return out, err
}

func (st *securityStore) readHeld() {
	left := maxMaterial
	for _, list := range storeLists {
		st.held[list] = map[[32]byte]pdf.Ref{}
		for _, o := range st.file.Array(st.dict[list]) {
			ref, indirect := o.(pdf.Ref)
			s := st.file.Stream(o)
			if s == nil || !indirect {
				continue
			}
			if b, err := st.file.Decode(s, min(maxMaterialItem, left)); err == nil {
				left -= len(b)
				st.held[list][sha256.Sum256(b)] = ref
			}
		}
	}
}

// add puts the proofs into the common lists and into the entry of their signature.
func (st *securityStore) add(p proofs) {
	entries := st.update.Dict(st.dict["VRI"])
	key := pdf.Name(p.key)
	entry := st.update.Dict(entries[key])
	changed := false
	for i, all := range [][][]byte{p.certificates, p.ocsps, p.crls} { // as storeLists
		name := storeLists[i][:len(storeLists[i])-1]
		refs := slices.Clone(st.file.Array(entry[name]))
		before := len(refs)
		for _, raw := range all {
			if ref := st.keep(storeLists[i], raw); !slices.Contains(refs, any(ref)) {
				refs = append(refs, ref)
			}
		}
		if len(refs) > before {
			entry[name] = refs
			changed = true
		}
	}
	if !changed {
		return
	}
	st.grown = true
	entries[key] = entry
	st.hold("VRI", entries)
}

// keep gives the stream of a proof, an old one or a new one.
func (st *securityStore) keep(list pdf.Name, raw []byte) pdf.Ref {
	sum := sha256.Sum256(raw)
	if ref, ok := st.held[list][sum]; ok {
		return ref
	}
	ref := st.update.Add(pdf.Flate(nil, raw))
	st.held[list][sum] = ref
	st.update.Push(st.dict, list, ref)
	st.grown = true
	return ref
}

// hold sets an entry of the store, in the object that holds it where there is one.
func (st *securityStore) hold(key pdf.Name, value pdf.Dict) {
	if ref, indirect := st.dict[key].(pdf.Ref); indirect {
		st.update.Set(ref, value)
		return
	}
	st.dict[key] = value
}

// enterCatalog hangs the store into the catalog, and declares to readers of PDF 1.7 that the file uses PAdES structures.
func (st *securityStore) enterCatalog() {
	st.dict["Type"] = pdf.Name("DSS")
	root, _ := st.file.Trailer["Root"].(pdf.Ref)
	catalog := st.update.Dict(root)
	if ref, indirect := catalog["DSS"].(pdf.Ref); indirect {
		st.update.Set(ref, st.dict)
	} else {
		catalog["DSS"] = st.update.Add(st.dict)
	}
	extensions := st.update.Dict(catalog["Extensions"])
	if _, indirect := catalog["Extensions"].(pdf.Ref); !indirect && extensions["ESIC"] == nil {
		extensions["ESIC"] = pdf.Dict{"BaseVersion": pdf.Name("1.7"), "ExtensionLevel": 1}
		catalog["Extensions"] = extensions
	}
	st.update.Set(root, catalog)
}
