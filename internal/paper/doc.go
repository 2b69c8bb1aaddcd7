// Package paper lays out official documents by NĐ 30/2020/NĐ-CP, Phụ lục I.
package paper
