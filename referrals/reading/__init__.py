"""Reading the file: requests to read it, what is given of it, and parts opened on a ground."""
