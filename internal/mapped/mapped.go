// Package mapped gives the bytes of a file as memory, without reading them where
// the system can map them. What is derived and read at random (the graph, names,
// the index) is opened so.
package mapped
