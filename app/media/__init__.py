"""Files in, files and numbers out: the only floor that runs ffmpeg or decodes."""
