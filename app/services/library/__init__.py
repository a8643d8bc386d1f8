"""What the library keeps: projects, footage, marks, scripts, clips, exports; a module for each noun."""
