#!/usr/bin/env ruby
# frozen_string_literal: true

# Prints vectors made by Devise, without and with a pepper.
require "active_support/core_ext/object/blank"
require "devise/encryptor"

User = Struct.new(:pepper, :stretches)
passwords = File.readlines(File.join(__dir__, "passwords.txt"), chomp: true, encoding: "utf-8")

[nil, "a pepper of Devise: ✓"].each do |pepper|
  passwords.each do |password|
    puts ["bcrypt", password, Devise::Encryptor.digest(User.new(pepper, 4), password), pepper].compact.join("\t")
  end
  puts ["bcrypt", passwords[1], Devise::Encryptor.digest(User.new(pepper, 12), passwords[1]), pepper].compact.join("\t")
end
