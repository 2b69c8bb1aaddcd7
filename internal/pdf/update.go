package pdf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Update collects new and changed objects and appends them to a file. It never touches a byte that was there, and it
// refuses a file behind whose end mark more bytes follow: what they mean is not known.
type Update struct {
	file    *File
	objects map[int]any
	gens    map[int]int
	next    int
}

// NewUpdate starts an update of f.
func NewUpdate(f *File) *Update {
	return &Update{file: f, objects: map[int]any{}, gens: map[int]int{}, next: f.Size()}
}

// Add keeps obj as a new indirect object.
func (u *Update) Add(obj any) Ref {
	n := u.next
	u.next++
	u.objects[n] = obj
	return Ref{Num: n}
}

// Set replaces an object of the file, or one added before.
func (u *Update) Set(r Ref, obj any) { u.objects[r.Num], u.gens[r.Num] = obj, r.Gen }

// Object reads r as it will be after this update.
func (u *Update) Object(r Ref) (any, error) {
	if o, ok := u.objects[r.Num]; ok {
		return o, nil
	}
	return u.file.Object(r)
}

// Dict resolves o, as it will be after this update, to a copy of a dictionary that the caller may change.
func (u *Update) Dict(o any) Dict {
	for range 32 {
		r, ok := o.(Ref)
		if !ok {
			break
		}
		o, _ = u.Object(r)
	}
	d, _ := o.(Dict)
	return d.Clone()
}

// Push appends item to the array holder[key], which may be direct, indirect or missing. It reports whether holder itself
// changed and must be Set by the caller.
func (u *Update) Push(holder Dict, key Name, item any) bool {
	r, indirect := holder[key].(Ref)
	if !indirect {
		a, _ := holder[key].(Array)
		holder[key] = append(slices.Clone(a), item)
		return true
	}
	o, _ := u.Object(r)
	a, ok := o.(Array)
	if !ok {
		holder[key] = Array{item}
		return true
	}
	u.Set(r, append(slices.Clone(a), item))
	return false
}

// Finish renders the whole new file, and tells the absolute offset of each written object's body by object number.
func (u *Update) Finish() (file []byte, at map[int]int, err error) {
	tail, at, err := u.Increment()
	if err != nil {
		return nil, nil, err
	}
	return slices.Concat(u.file.Data, tail), at, nil
}

// Increment renders only what Finish puts behind the bytes of the file; the offsets are those in the whole new file. A large
// file is so extended without a copy of it in memory.
func (u *Update) Increment() (tail []byte, at map[int]int, err error) {
	f := u.file
	if f.Trailing > 0 {
		return nil, nil, broken("%d bytes follow the end mark", f.Trailing)
	}
	if len(u.objects) == 0 {
		return nil, nil, errors.New("pdf: an update without objects")
	}
	nums := slices.Sorted(maps.Keys(u.objects))
	before := len(f.Data)
	out := make([]byte, 0, u.estimate())
	if f.Data[before-1] != '\n' {
		out = append(out, '\n')
	}
	heads, at := map[int]int{}, map[int]int{}
	for _, n := range nums {
		heads[n] = before + len(out)
		out = fmt.Appendf(out, "%d %d obj\n", n, u.gens[n])
		at[n] = before + len(out)
		if out, err = Append(out, u.objects[n]); err != nil {
			return nil, nil, fmt.Errorf("object %d: %w", n, err)
		}
		out = append(out, "\nendobj\n"...)
	}
	section := before + len(out)
	if f.Sections[0].Stream {
		out, err = u.appendStreamSection(out, section, nums, heads)
	} else {
		out, err = u.appendTable(out, nums, heads)
	}
	return fmt.Appendf(out, "startxref\n%d\n%%%%EOF\n", section), at, err
}

// estimate is how much the increment will need.
func (u *Update) estimate() int {
	n := 4096
	for _, o := range u.objects {
		switch v := o.(type) {
		case *Stream:
			n += len(v.Raw)
		case Raw:
			n += len(v)
		}
		n += 512
	}
	return n
}

// trailer carries the keys on which the identity of the document rests, and the way back.
func (u *Update) trailer(size int) Dict {
	t := Dict{"Prev": u.file.Sections[0].Offset, "Size": max(size, u.file.Size())}
	for _, k := range []Name{"Root", "Info", "ID"} {
		if v, ok := u.file.Trailer[k]; ok {
			t[k] = v
		}
	}
	return t
}

// runs splits ascending numbers into stretches without gaps.
func runs(nums []int) [][]int {
	var out [][]int
	for i := 0; i < len(nums); {
		j := i + 1
		for j < len(nums) && nums[j] == nums[j-1]+1 {
			j++
		}
		out = append(out, nums[i:j])
		i = j
	}
	return out
}

func (u *Update) appendTable(out []byte, nums []int, heads map[int]int) ([]byte, error) {
	out = append(out, "xref\n"...)
	for _, run := range runs(nums) {
		out = fmt.Appendf(out, "%d %d\n", run[0], len(run))
		for _, n := range run {
			out = fmt.Appendf(out, "%010d %05d n \n", heads[n], u.gens[n])
		}
	}
	out = append(out, "trailer\n"...)
	out, err := Append(out, u.trailer(u.next))
	return append(out, '\n'), err
}

func (u *Update) appendStreamSection(out []byte, section int, nums []int, heads map[int]int) ([]byte, error) {
	self := u.next
	heads[self] = section
	nums = append(nums, self)
	var rows []byte
	var index Array
	for _, run := range runs(nums) {
		index = append(index, run[0], len(run))
		for _, n := range run {
			o, g := heads[n], u.gens[n]
			rows = append(rows, 1, byte(o>>32), byte(o>>24), byte(o>>16), byte(o>>8), byte(o), byte(g>>8), byte(g))
		}
	}
	t := u.trailer(self + 1)
	t["Type"], t["W"], t["Index"] = Name("XRef"), Array{1, 5, 2}, index
	out = fmt.Appendf(out, "%d 0 obj\n", self)
	out, err := Append(out, Flate(t, rows))
	return append(out, "\nendobj\n"...), err
}
