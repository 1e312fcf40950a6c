package control

import (
	"errors"
	"io/fs"
	"os"
)

var (
	errDirectory  = errors.New("is a directory")
	errNotRegular = errors.New("is not a regular file")
)

// OpenRegular opens a file for reading. A pipe or a device is an error, an *fs.PathError: it could keep a reader waiting, or never end.
func OpenRegular(file string) (*os.File, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return nil, &fs.PathError{Op: "read", Path: file, Err: errDirectory}
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: file, Err: errNotRegular}
	}
	return os.Open(file) //nolint:gosec // the user chooses the file
}
