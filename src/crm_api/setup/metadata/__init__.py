"""What the objects of a company are made of, told to programs: fields, choices, rights (元数据)."""
